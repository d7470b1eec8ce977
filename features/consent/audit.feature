Feature: What the customer sees of Login with Amazon
  Every way through the consent is walked and recorded, screen by screen, and
  judged by the rules of the consent audit. Whoever does not give the consent
  must be able to set the device up all the same.

  @case:FFS-LWA-04 @journey:allow
  Scenario: The customer allows
    Given the partner app is not linked to Amazon
    And what the customer sees is recorded as the journey "allow"
    When I begin to link my Amazon account in the partner app
    And I allow it on Amazon's page
    Then the partner app shows that it is linked
    And what the customer saw keeps to the consent rules

  @case:FFS-LWA-04 @journey:refuse
  Scenario: The customer refuses
    Given the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner is switched off
    And the partner app is not linked to Amazon
    And what the customer sees is recorded as the journey "refuse"
    When I begin to link my Amazon account in the partner app
    And I refuse it on Amazon's page
    And I switch the device on
    And I start the partner app's own set-up
    Then the partner app's own set-up completes within 300 seconds
    And what the customer saw keeps to the consent rules
    When I remove the device in the partner app
    Then the partner app no longer lists the device
    When I switch the device off
    And I switch the provisioner on
    Then the device has no power

  @case:FFS-LWA-04 @journey:cancel
  Scenario: The customer leaves Amazon's page with the back key
    Given the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner is switched off
    And the partner app is not linked to Amazon
    And what the customer sees is recorded as the journey "cancel"
    When I begin to link my Amazon account in the partner app
    And I leave Amazon's page with the back key
    And I switch the device on
    And I start the partner app's own set-up
    Then the partner app's own set-up completes within 300 seconds
    And what the customer saw keeps to the consent rules
    When I remove the device in the partner app
    Then the partner app no longer lists the device
    When I switch the device off
    And I switch the provisioner on
    Then the device has no power

  @case:FFS-LWA-04 @journey:timeout
  Scenario: The customer does not answer Amazon's page
    Given the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner is switched off
    And the partner app is not linked to Amazon
    And what the customer sees is recorded as the journey "timeout"
    When I begin to link my Amazon account in the partner app
    And I leave Amazon's page unanswered for 900 seconds
    And I switch the device on
    And I start the partner app's own set-up
    Then the partner app's own set-up completes within 300 seconds
    And what the customer saw keeps to the consent rules
    When I remove the device in the partner app
    Then the partner app no longer lists the device
    When I switch the device off
    And I switch the provisioner on
    Then the device has no power

  @case:FFS-LWA-04 @journey:returning
  Scenario: The customer has allowed already
    Given the partner app is linked to Amazon
    And what the customer sees is recorded as the journey "returning"
    Then the partner app does not ask for Login with Amazon again
    And what the customer saw keeps to the consent rules

  @case:FFS-LWA-04 @journey:offline
  Scenario: There is no network when the customer begins
    Given the device is new to the Alexa app
    And the device is new to the partner app
    And the device is switched off
    And the provisioner is switched off
    And the partner app is not linked to Amazon
    And what the customer sees is recorded as the journey "offline"
    And the phone has no network
    When I begin to link my Amazon account without a network
    And I put the network and the account back
    And I switch the device on
    And I start the partner app's own set-up
    Then the partner app's own set-up completes within 300 seconds
    And what the customer saw keeps to the consent rules
    When I remove the device in the partner app
    Then the partner app no longer lists the device
    When I switch the device off
    And I switch the provisioner on
    Then the device has no power

  @case:FFS-LWA-04 @journey:sso
  Scenario: The customer is signed in to the Amazon Shopping app
    Given the partner app is not linked to Amazon
    And the Amazon Shopping app is signed in
    And what the customer sees is recorded as the journey "sso"
    When I begin to link my Amazon account in the partner app
    And I allow it on Amazon's page
    Then the partner app shows that it is linked
    And what the customer saw keeps to the consent rules
    When I put the network and the account back

  @case:FFS-LWA-04 @journey:browser
  Scenario: The customer signs in in the browser, with a one-time code
    Given the partner app is not linked to Amazon
    And nobody is signed in at Amazon
    And what the customer sees is recorded as the journey "browser"
    When I begin to link my Amazon account in the partner app
    And I allow it on Amazon's page
    Then the partner app shows that it is linked
    And what the customer saw keeps to the consent rules
    When I put the network and the account back

  @case:FFS-LWA-04 @journey:app_to_app
  Scenario: The customer goes on in the Alexa app
    Given the partner app is not linked to Amazon
    And what the customer sees is recorded as the journey "app_to_app"
    When I begin to link my Amazon account through the Alexa app
    And I allow it on Amazon's page
    Then the partner app shows that it is linked
    And what the customer saw keeps to the consent rules

  @case:FFS-LWA-04 @journey:revoked
  Scenario: The customer takes the permission back at Amazon, and is asked again
    Given the partner app is linked to Amazon
    And what the customer sees is recorded as the journey "revoked"
    When I take the permission back at Amazon
    Then the partner app asks for Login with Amazon again
    When I begin to link my Amazon account in the partner app
    And I allow it on Amazon's page
    Then the partner app shows that it is linked
    And what the customer saw keeps to the consent rules
