import { METRICS } from './event-mix.ts'
import type { WeirServer } from './weir-server.ts'

export type Organization = { readonly id: string; readonly apiKey: string }

type Body = Readonly<Record<string, unknown>>
const SIDE_BY_SIDE = 8

async function request(
  url: string,
  apiKey: string,
  body: Body,
  method = 'POST',
): Promise<Record<string, never>> {
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'x-admin-api-key': apiKey,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Record<string, never>
}

/** A new organization and its API client. */
export type Opened = Organization & {
  /** A request under /api/v1; with a body it is a POST. Throws unless the response is a 200. */
  readonly post: (path: string, body: Body) => Promise<Record<string, never>>
  /** Changes the organization's only object of a list, such as its billing entity. */
  readonly put: (path: string, root: string, body: Body) => Promise<Record<string, never>>
  /** The metrics' ids by their codes. */
  readonly metricIds: ReadonlyMap<string, string>
}

/** An organization with the three metrics of the mix. */
export async function openOrganization(server: WeirServer, settings: Body = {}): Promise<Opened> {
  const made = await request(`${server.url}/admin/organizations`, server.adminKey, {
    name: 'Bench',
    ...settings,
  })
  const { id, api_key: apiKey } = made.organization as unknown as { id: string; api_key: string }
  const post = (path: string, body: Body) => request(`${server.url}/api/v1${path}`, apiKey, body)
  const put = async (path: string, root: string, body: Body) => {
    const headers = { authorization: `Bearer ${apiKey}` }
    const listed = await (await fetch(`${server.url}/api/v1${path}`, { headers })).json()
    const [own] = (listed as Record<string, { code: string }[]>)[root] ?? []
    return request(`${server.url}/api/v1${path}/${own?.code}`, apiKey, body, 'PUT')
  }
  const metricIds = new Map<string, string>()
  for (const metric of METRICS) {
    const answer = await post('/billable_metrics', { billable_metric: { ...metric, recurring: false } })
    metricIds.set(metric.code, (answer.billable_metric as unknown as { lago_id: string }).lago_id)
  }
  return { id, apiKey, post, put, metricIds }
}

export type SeedOptions = {
  /** When the subscriptions started; the first of the month by default. */
  readonly beganAt?: Date
  /** The zone of the customers. */
  readonly timezone?: string
}

/**
 * An organization with the three metrics of the mix, a plan with a charge on each (one with a filter and a group),
 * and customers `cust_0`… with subscriptions `sub_0`….
 */
export async function seedOrganization(
  server: WeirServer,
  subscriptions: number,
  { beganAt, timezone }: SeedOptions = {},
): Promise<Organization> {
  const { id, apiKey, post, metricIds } = await openOrganization(server)
  const charge = (code: string, more: Body) => ({
    code,
    billable_metric_id: metricIds.get(code),
    charge_model: 'standard',
    ...more,
  })
  const tokens = {
    properties: { amount: '0.002', pricing_group_keys: ['region'] },
    filters: [
      { properties: { amount: '0.005', pricing_group_keys: ['region'] }, values: { model: ['large'] } },
    ],
  }
  await post('/plans', {
    plan: {
      name: 'Bench',
      code: 'bench',
      interval: 'monthly',
      amount_cents: 0,
      amount_currency: 'EUR',
      pay_in_advance: false,
      charges: [
        charge('requests', { properties: { amount: '0.01' } }),
        charge('tokens', tokens),
        charge('peak', { properties: { amount: '1' } }),
      ],
    },
  })
  const firstOfMonth = `${new Date().toISOString().slice(0, 8)}01T00:00:00Z`
  const zone = timezone === undefined ? {} : { timezone }
  let next = 0
  const work = async () => {
    while (next < subscriptions) {
      const number = next
      next += 1
      await post('/customers', { customer: { external_id: `cust_${number}`, currency: 'EUR', ...zone } })
      await post('/subscriptions', {
        subscription: {
          external_customer_id: `cust_${number}`,
          external_id: `sub_${number}`,
          plan_code: 'bench',
          subscription_at: beganAt?.toISOString() ?? firstOfMonth,
        },
      })
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  return { id, apiKey }
}
