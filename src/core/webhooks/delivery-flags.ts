/** Whose a delivery is, as far as shares of the workers are concerned. */
export type SharedDelivery = { readonly organizationId: string; readonly endpointId: string }

/** What the job of a delivery is flagged with, widest first. */
export function deliveryFlags({ organizationId, endpointId }: SharedDelivery): string[] {
  return ['webhooks', `organization:${organizationId}`, endpointFlag(endpointId)]
}

export function endpointFlag(endpointId: string): string {
  return `endpoint:${endpointId}`
}
