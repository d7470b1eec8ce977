package recording

// ReadWithin is Read with another bound of a line.
var ReadWithin = read
