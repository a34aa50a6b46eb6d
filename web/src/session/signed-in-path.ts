/** Where the issuer sends one back to. The deployment has its user pool allow it. */
export const SIGNED_IN_PATH = '/signed-in';
