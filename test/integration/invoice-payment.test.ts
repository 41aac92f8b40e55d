import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

/** A sandbox with a final invoice of 1 February 2024, to be paid within 10 days; its id. */
async function invoiced(): Promise<{ client: Client; id: string }> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  const plan = { amount_cents: 1000 }
  await subscribe(client, { metrics: [], charges: [], plan, customer: { net_payment_term: 10 } })
  await client.clock('2024-02-01T00:10:00Z')
  const { invoices } = await ok(client, 'GET', '/invoices')
  return { client, id: invoices[0].lago_id }
}

const put = (client: Client, id: string, invoice: object) =>
  client.call('PUT', `/invoices/${id}`, { invoice })

describe('metadata of an invoice', () => {
  it('200: entries exchange their keys and keep their ids', async () => {
    const { client, id } = await invoiced()
    const made = await put(client, id, {
      metadata: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
        { key: 'c', value: '3' },
      ],
    })
    const [a, b, c] = made.body.invoice.metadata.sort((x: { key: string }, y: { key: string }) =>
      x.key < y.key ? -1 : 1,
    )
    const swapped = await put(client, id, {
      metadata: [
        { id: a.lago_id, key: 'b', value: '1' },
        { id: b.lago_id, key: 'a', value: '2' },
        // The key of an entry that goes is free in the same request.
        { key: 'c', value: 'new' },
      ],
    })
    expect(swapped.status).toBe(200)
    const shown = swapped.body.invoice.metadata.map(
      (one: { lago_id: string; key: string; value: string; created_at: string }) => one,
    )
    expect(shown).toHaveLength(3)
    expect(shown).toContainEqual({ ...a, key: 'b' })
    expect(shown).toContainEqual({ ...b, key: 'a' })
    const fresh = shown.find((one: { key: string }) => one.key === 'c')
    expect(fresh.value).toBe('new')
    expect(fresh.lago_id).not.toBe(c.lago_id)
  })

  it('200: an id serves one entry, and one of another invoice none', async () => {
    const { client, id } = await invoiced()
    const foreign = await put((await invoiced()).client, id, { metadata: [] })
    expect(foreign.status).toBe(404)
    const made = await put(client, id, { metadata: [{ key: 'a', value: '1' }] })
    const known = made.body.invoice.metadata[0].lago_id
    const stranger = '00000000-0000-4000-8000-000000000000'
    const answer = await put(client, id, {
      metadata: [
        { id: known, key: 'x', value: '1' },
        { id: known, key: 'y', value: '2' },
        { id: stranger, key: 'z', value: '3' },
      ],
    })
    expect(answer.status).toBe(200)
    const ids: string[] = answer.body.invoice.metadata.map((one: { lago_id: string }) => one.lago_id)
    expect(new Set(ids).size).toBe(3)
    expect(ids).toContain(known)
    expect(ids).not.toContain(stranger)
    expect((await put(client, id, { metadata: [] })).body.invoice.metadata).toEqual([])
  })
})

describe('payment status of an invoice', () => {
  const isOverdue = async (client: Client, id: string) =>
    (await ok(client, 'GET', `/invoices/${id}`)).invoice.payment_overdue

  it.each(['pending', 'failed'])(
    'an invoice that was paid and is %s becomes overdue on its day',
    async (status) => {
      const { client, id } = await invoiced()
      await put(client, id, { payment_status: 'succeeded' })
      expect((await put(client, id, { payment_status: status })).status).toBe(200)
      await client.clock('2024-02-11T23:59:00Z')
      expect(await isOverdue(client, id)).toBe(false)
      await client.clock('2024-02-12T00:01:00Z')
      expect(await isOverdue(client, id)).toBe(true)
    },
  )

  it('becomes overdue at once when its day has passed meanwhile, and not while it is paid', async () => {
    const { client, id } = await invoiced()
    await put(client, id, { payment_status: 'succeeded' })
    await client.clock('2024-03-10T00:00:00Z')
    expect(await isOverdue(client, id)).toBe(false)
    await put(client, id, { payment_status: 'pending' })
    await client.clock('2024-03-10T00:00:01Z')
    expect(await isOverdue(client, id)).toBe(true)
    await put(client, id, { payment_status: 'succeeded' })
    expect(await isOverdue(client, id)).toBe(false)
  })
})
