/**
 * Gives the network back for the rest of the process: for commands of a task that may fetch which need nothing from there. What
 * was given back cannot be had again.
 */
export const giveBackNetwork = async (): Promise<void> => void await Deno.permissions.revoke({ name: "net" });
