Feature: The maker's own set-up
  Frustration-Free Setup cannot always happen: nobody provisions the device, it
  is not the customer's, or the customer does not want it. Then the maker's own
  set-up takes over by itself.

  @case:FFS-OWN-01
  Scenario: The maker's own set-up starts by itself and completes
    Given the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner is switched off
    When I switch the device on
    Then the partner app starts its own set-up by itself within 300 seconds
    And the partner app's own set-up completes within 300 seconds
    And the partner app shows the device within 60 seconds
    And the partner app says that the device is online
    When I remove the device in the partner app
    Then the partner app no longer lists the device
    When I switch the device off
    And I switch the provisioner on
    Then the device has no power

  @case:FFS-OWN-02
  Scenario: A device that is not registered to the account is set up the maker's way
    Given the device is not registered to the account
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

  @case:FFS-OWN-03
  Scenario: The customer has switched Frustration-Free Setup off
    Given Frustration-Free Setup is switched off in the account
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
