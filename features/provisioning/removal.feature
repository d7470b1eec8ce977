Feature: Removal
  The customer gives the device away, or begins anew. Removing it in the app
  resets it: plugged in again, it sets itself up as if it had just been
  unpacked.

  @case:FFS-PROV-01
  Scenario: A device that was removed sets itself up again
    Given the device is new to the Alexa app
    And the device is switched off
    And the provisioner has been restarted
    When I switch the device on
    Then the Alexa app shows the device by its exact name within 300 seconds
    And the Alexa app says that the device is responsive
    When I remove the device
    Then the Alexa app no longer lists the device
    When I switch the device off
    And I switch the device on
    Then the Alexa app shows the device by its exact name within 300 seconds
    And the Alexa app says that the device is responsive
    When I remove the device
    Then the Alexa app no longer lists the device
    When I switch the device off
    Then the device has no power
