Feature: Zero-touch provisioning
  The customer unpacks the device and plugs it in. Everything else happens by
  itself: the provisioner hears the device, Amazon knows whose it is, and the
  Alexa app shows it by its name.

  @case:3P2-DE-02
  Scenario: The device sets itself up when it is plugged in
    Given the device is new to the Alexa app
    And the device is switched off
    And the provisioner has been restarted
    When I switch the device on
    Then the Alexa app shows the device by its exact name within 300 seconds
    And the Alexa app says that the device is responsive
    And the set-up time is recorded
    When I remove the device
    Then the Alexa app no longer lists the device
    When I switch the device off
    Then the device has no power
