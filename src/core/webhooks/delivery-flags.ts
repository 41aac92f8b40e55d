/** The organization and endpoint that a delivery counts against when workers are shared. */
export type SharedDelivery = { readonly organizationId: string; readonly endpointId: string }

/** Stands for VIES, which shares the workers like one receiver of webhooks. */
export const VIES_ENDPOINT = 'vies'

/** The flags of a delivery's job, widest first. */
export function deliveryFlags({ organizationId, endpointId }: SharedDelivery): string[] {
  return ['webhooks', `organization:${organizationId}`, endpointFlag(endpointId)]
}

export function endpointFlag(endpointId: string): string {
  return `endpoint:${endpointId}`
}
