// The module LoyaltyAPI: messages, service handlers and clients of `loyalty.v1`. All of it is generated from the
// schemas beside this file when the package is built; SwiftPM wants one source file to see a target here.
