Feature: Login with Amazon
  The maker's own app asks the customer for the permission to take part in
  Frustration-Free Setup. The customer may say yes or no.

  @case:FFS-LWA-01
  Scenario: The app offers Login with Amazon and asks for Frustration-Free Setup
    Given the partner app is not linked to Amazon
    Then the partner app offers Login with Amazon
    Given what the customer sees is recorded as the journey "allow"
    When I begin to link my Amazon account in the partner app
    Then Amazon asks whether the app may use Frustration-Free Setup
    When I allow it on Amazon's page
    Then the partner app shows that it is linked
    And what the customer saw keeps to the consent rules

  @case:FFS-LWA-02
  Scenario: Consent is refused, and the maker's own set-up still works
    Given the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner is switched off
    And the partner app is not linked to Amazon
    And what the customer sees is recorded as the journey "refuse"
    When I begin to link my Amazon account in the partner app
    And I refuse it on Amazon's page
    Then the partner app shows that it is not linked
    When I switch the device on
    And I start the partner app's own set-up
    Then the partner app's own set-up completes within 300 seconds
    And what the customer saw keeps to the consent rules
    And the partner app shows the device within 60 seconds
    And the partner app says that the device is online
    When I remove the device in the partner app
    Then the partner app no longer lists the device
    When I switch the device off
    And I switch the provisioner on
    Then the device has no power

  @case:FFS-LWA-03
  Scenario: Another device needs no consent once the account is linked
    Given the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the partner app is linked to Amazon
    And the provisioner has been restarted
    When I switch the device on
    Then the Alexa app shows the device by its exact name within 300 seconds
    And the Alexa app says that the device is responsive
    And the partner app shows the device within 60 seconds
    Given what the customer sees is recorded as the journey "returning"
    Then the partner app does not ask for Login with Amazon again
    And what the customer saw keeps to the consent rules
    When I remove the device
    Then the Alexa app no longer lists the device
    When I switch the device off
    Then the device has no power
