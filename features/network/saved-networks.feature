@wifi
Feature: The customer's Wi-Fi networks
  Amazon hands the device the passwords that the customer has saved. They may be
  wrong, or belong to a network that is elsewhere. The device tries what it got,
  tells Amazon what did not work, and where nothing works, the maker's own
  set-up takes over.

  @case:FFS-NET-01
  Scenario: The first network refuses the device, the second one takes it
    Given two networks are saved at Amazon, the first with a wrong password
    And the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner has been restarted
    When I switch the device on
    Then the Alexa app shows the device by its exact name within 300 seconds
    And the Alexa app says that the device is responsive
    And the device has reported the network that refused it
    When I remove the device
    Then the Alexa app no longer lists the device
    When I switch the device off
    And I put the network and the account back
    Then the device has no power

  @case:FFS-NET-02
  Scenario: The only network refuses the device, and the maker's own set-up takes over
    Given only one network is saved at Amazon, with a wrong password
    And the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner has been restarted
    When I switch the device on
    Then the partner app starts its own set-up by itself within 300 seconds
    And the device has reported the network that refused it
    And the partner app's own set-up completes within 300 seconds
    And the partner app shows the device within 60 seconds
    And the partner app says that the device is online
    When I remove the device in the partner app
    Then the partner app no longer lists the device
    When I switch the device off
    And I put the network and the account back
    Then the device has no power

  @case:FFS-NET-03
  Scenario: The saved network is not nearby, and the maker's own set-up takes over
    Given the network saved at Amazon is not nearby
    And the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner has been restarted
    When I switch the device on
    Then the partner app starts its own set-up by itself within 300 seconds
    And the partner app's own set-up completes within 300 seconds
    And the partner app shows the device within 60 seconds
    And the partner app says that the device is online
    When I remove the device in the partner app
    Then the partner app no longer lists the device
    When I switch the device off
    And I put the network and the account back
    Then the device has no power
