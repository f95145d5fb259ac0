import fc from "fast-check";

/** A push never fails by chance: short runs draw the same values every time. A proof draws new ones, and prints its seed when it fails. */
if (process.env["PROVE"] === undefined) fc.configureGlobal({ seed: 1 });

export default fc;
