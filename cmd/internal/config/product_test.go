package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const fullProduct = `version: 1
plan: wss-ble-simplified
product:
  device_name: First light
  device_type: smart light
  device_type_id: NEW
  hardware: ESP32-C3
  firmware: 2.4.0
  reference_apid: Ab1x
  partner_app: false
  inner_barcode: true
  sdk: {integrated: true, name: ACK SDK, certified: true}
  derivative:
    kind: product
    original: {device_type_id: OLD, hardware: ESP32-C3, firmware: v2.0, protocol: wss-ble}
testbeds: [{name: a, virtual: {}}]
`

func TestAProductThatIsDescribed(t *testing.T) {
	c, err := parse("f.yaml", []byte(fullProduct))
	require.NoError(t, err)
	require.Empty(t, c.Warnings)
	no, yes := false, true
	require.Equal(t, Product{DeviceName: "First light", DeviceType: "smart light", DeviceTypeID: "NEW", Hardware: "ESP32-C3", Firmware: "2.4.0",
		ReferenceAPID: "Ab1x", PartnerApp: &no, InnerBarcode: &yes, SDK: &SDK{Integrated: true, Name: "ACK SDK", Certified: true},
		Derivative: &Derivative{Kind: "product", Original: Original{DeviceTypeID: "OLD", Hardware: "ESP32-C3", Firmware: "v2.0", Protocol: "wss-ble"}}}, c.Product)

	// What is not said is not known: neither true nor false.
	c, err = parse("f.yaml", []byte("version: 1\nplan: p\nproduct: {device_name: a}\ntestbeds: [{name: a, virtual: {}}]\n"))
	require.NoError(t, err)
	require.Equal(t, Product{DeviceName: "a"}, c.Product)

	c, err = parse("f.yaml", []byte(fullProduct+"screens: {partner: own.yaml}\n"))
	require.NoError(t, err)
	require.Len(t, c.Warnings, 1)
	require.Contains(t, c.Warnings[0].Error(), "f.yaml:10: product.partner_app: is false, and screens.partner")
}

func TestASampleNamesEveryFieldOfTheProduct(t *testing.T) {
	text, _ := Sample(SampleRealPhone)
	for _, key := range []string{"device_type", "device_type_id", "apid", "reference_apid", "amazon_customer_id", "hardware", "firmware", "partner_app", "inner_barcode", "sdk", "derivative"} {
		if !strings.Contains(string(text), " "+key+":") {
			t.Errorf("%s is not in the sample", key)
		}
	}
}
