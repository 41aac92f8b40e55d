/** The resources of the API that a key's permissions cover, by what they are for. */
export const RESOURCES: readonly (readonly [group: string, resources: readonly string[]])[] = [
  ['Events and usage', ['event', 'customer_usage', 'lifetime_usage', 'alert']],
  ['Catalogue', ['billable_metric', 'plan', 'feature', 'add_on', 'coupon', 'tax', 'pricing_unit']],
  [
    'Customers',
    ['customer', 'subscription', 'applied_coupon', 'wallet', 'wallet_transaction', 'payment_method'],
  ],
  [
    'Invoices and payments',
    [
      'invoice',
      'fee',
      'credit_note',
      'payment',
      'payment_request',
      'payment_receipt',
      'invoice_custom_section',
    ],
  ],
  [
    'Organization',
    [
      'organization',
      'billing_entity',
      'webhook_endpoint',
      'webhook_jwt_public_key',
      'api_key',
      'analytic',
      'activity_log',
      'api_log',
      'security_log',
    ],
  ],
]

export type Mode = 'read' | 'write'
export type KeyPermissions = Readonly<Record<string, readonly Mode[]>>

const ALL = RESOURCES.flatMap(([, resources]) => resources)

/** What most keys are for. */
export const PRESETS: readonly {
  readonly value: string
  readonly label: string
  readonly help: string
  readonly permissions: KeyPermissions
}[] = [
  {
    value: 'full',
    label: 'Full',
    help: 'Reads and changes everything.',
    permissions: Object.fromEntries(ALL.map((resource) => [resource, ['read', 'write']])),
  },
  {
    value: 'read',
    label: 'Read only',
    help: 'Sees everything and changes nothing.',
    permissions: Object.fromEntries(ALL.map((resource) => [resource, ['read']])),
  },
  {
    value: 'ingest',
    label: 'Ingest only',
    help: 'Sends events, and nothing else.',
    permissions: { event: ['write'] },
  },
]

/** The permissions of a key in a few words. */
export function summaryOf(permissions: Readonly<Record<string, unknown>>): string {
  const modes = Object.entries(permissions).map(
    ([resource, list]) => [resource, list as readonly Mode[]] as const,
  )
  const written = modes.filter(([, list]) => list.includes('write')).map(([resource]) => resource)
  const read = modes.filter(([, list]) => list.includes('read')).map(([resource]) => resource)
  if (ALL.every((resource) => written.includes(resource) && read.includes(resource))) return 'Everything'
  if (written.length === 0) return read.length === 0 ? 'Nothing' : `Read ${read.length} resources`
  if (written.length === 1 && read.length === 0) return `Write ${(written[0] ?? '').replaceAll('_', ' ')}s`
  return `Write ${written.length}, read ${read.length} resources`
}
