Feature: The partner app after zero-touch set-up
  The device has set itself up, and nobody has touched the maker's own app. A
  customer who opens it finds the device there, too.

  @case:FFS-APP-01
  Scenario: The partner app shows a device that has set itself up
    Given the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner has been restarted
    When I switch the device on
    Then the Alexa app shows the device by its exact name within 300 seconds
    And the Alexa app says that the device is responsive
    And the partner app shows the device within 60 seconds
    And the partner app says that the device is online
    And the device still answers 90 seconds after it was found
    When I remove the device
    Then the Alexa app no longer lists the device
    When I switch the device off
    Then the device has no power
