/** The sample company's customers, subscriptions and events: the same each time. */

const CUSTOMERS = [
  ['Northwind Robotics', 'DE', 'Europe/Berlin', 'growth'],
  ['Atelier Lumière', 'FR', 'Europe/Paris', 'starter'],
  ['Fjord Analytics', 'SE', 'Europe/Stockholm', 'growth'],
  ['Harbour Freight Data', 'GB', 'Europe/London', 'scale'],
  ['Cedar Health', 'US', 'America/New_York', 'growth'],
  ['Juniper Games', 'DE', 'Europe/Berlin', 'starter'],
  ['Iris Payments', 'FR', 'Europe/Paris', 'payments'],
  ['Delta Media', 'US', 'America/Chicago', 'starter'],
  ['Grove Foods', 'GB', 'Europe/London', 'payments'],
  ['Ember Energy', 'SE', 'Europe/Stockholm', 'scale'],
  ['Birch Travel', 'DE', 'Europe/Berlin', 'starter'],
  ['Amber Labs', 'US', 'America/Los_Angeles', 'growth'],
] as const

export type SampleCustomer = {
  readonly body: { readonly external_id: string } & Readonly<Record<string, unknown>>
  readonly plan: string
}

/** The customers with the plan that each is on. */
export const SAMPLE_CUSTOMERS: readonly SampleCustomer[] = CUSTOMERS.map(
  ([name, country, timezone, plan]) => {
    const id = name
      .toLowerCase()
      .normalize('NFD')
      .replace(/[^a-z]+/g, '-')
    return {
      body: { external_id: id, name, country, timezone, email: `billing@${id}.example` },
      plan,
    }
  },
)

const CODES: Readonly<Record<string, readonly string[]>> = {
  starter: ['api_calls', 'storage'],
  growth: ['api_calls', 'tokens', 'users'],
  scale: ['api_calls', 'tokens', 'reading'],
  payments: ['payments', 'storage'],
}

const EVENTS_A_MONTH = 100

/** A number that looks random and is the same for the same place. */
const mixed = (customer: number, month: number, event: number): number =>
  ((customer + 7) * 7919 + (month + 3) * 104_729 + (event + 11) * 1_299_709) % 1000

function propertiesOf(code: string, value: number): Record<string, unknown> {
  switch (code) {
    case 'tokens':
      return { tokens: value * 40, model: value % 3 === 0 ? 'large' : 'small' }
    case 'storage':
      return { gb: value % 400 }
    case 'users':
      return { user: `user-${value % 25}` }
    case 'payments':
      return { amount: 5 + (value % 200) }
    case 'reading':
      return { level: 100 + value }
    default:
      return {}
  }
}

/** The events of a customer in a month that begins at `fromMs`, spread over its first 27 days. */
export function sampleEvents(place: number, month: number, fromMs: number): readonly object[] {
  const customer = SAMPLE_CUSTOMERS[place]
  if (!customer) return []
  const codes = CODES[customer.plan] ?? []
  const subscription = `${customer.body.external_id}-1`
  return Array.from({ length: EVENTS_A_MONTH }, (_, n) => {
    const code = codes[n % codes.length] ?? ''
    return {
      transaction_id: `${subscription}-${month}-${n}`,
      external_subscription_id: subscription,
      code,
      timestamp: Math.floor(fromMs / 1000) + Math.floor((n * 27 * 86_400) / EVENTS_A_MONTH) + 7200,
      properties: propertiesOf(code, mixed(place, month, n)),
    }
  })
}
