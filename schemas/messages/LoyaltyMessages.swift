// The module LoyaltyMessages: what the engine decides on and the store writes down. All of its types are generated
// from the schemas beside this file when the package is built; SwiftPM wants one source file to see a target here.
