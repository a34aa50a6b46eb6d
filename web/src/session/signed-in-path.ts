/** Where the issuer redirects back to. The deployment's user pool allows it. */
export const SIGNED_IN_PATH = '/signed-in';
