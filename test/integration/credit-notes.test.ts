import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { creditNotesNamed } from '../../src/store/list-search.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const CALLS = { code: 'calls', aggregation_type: 'sum_agg', field_name: 'n' }
const CHARGE = { metric: 'calls', properties: { amount: '1' } }

describe('credit notes', () => {
  let harness: Harness
  let owner: pg.Client
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    owner = new pg.Client({ connectionString: harness.databaseUrl })
    await owner.connect()
  })
  afterAll(async () => {
    await owner?.end()
    await harness?.close()
  })
  beforeEach(async () => {
    client = await harness.organization()
    await client.clock('2024-03-01T00:00:00Z')
    const tax = { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true }
    await ok(client, 'POST', '/taxes', { tax })
  })

  const notes = async (query = '') => (await ok(client, 'GET', `/credit_notes${query}`)).credit_notes
  const invoices = async () => {
    const { invoices: list } = await ok(client, 'GET', '/invoices')
    const shown = []
    for (const { lago_id } of list) shown.push((await ok(client, 'GET', `/invoices/${lago_id}`)).invoice)
    return shown.sort((a, b) => a.created_at.localeCompare(b.created_at))
  }
  /** A plan of 3,100 cents a month in advance with a usage charge, subscribed on the first of March. */
  const inAdvance = (customer: object = {}) =>
    subscribe(client, {
      metrics: [CALLS],
      charges: [CHARGE],
      plan: { amount_cents: 3100, pay_in_advance: true },
      customer,
    })
  /** A one-off invoice of customer `c`; its ids. */
  const oneOff = async (amountCents = 10_000) => {
    const { add_ons: known } = await ok(client, 'GET', '/add_ons')
    if (known.length === 0) {
      await ok(client, 'POST', '/customers', { customer: { external_id: 'c', currency: 'EUR' } })
      const addOn = { name: 'Job', code: 'job', amount_cents: 10_000, amount_currency: 'EUR' }
      await ok(client, 'POST', '/add_ons', { add_on: addOn })
    }
    const { invoice } = await ok(client, 'POST', '/invoices', {
      invoice: {
        external_customer_id: 'c',
        currency: 'EUR',
        fees: [{ add_on_code: 'job', unit_amount_cents: amountCents }],
      },
    })
    return { invoiceId: invoice.lago_id as string, feeId: invoice.fees[0].lago_id as string }
  }
  const create = (note: object) => client.call('POST', '/credit_notes', { credit_note: note })
  /** Credits cents of a one-off invoice, with taxes. */
  const credit = async (cents: number) => {
    const { invoiceId, feeId } = await oneOff()
    const { credit_note: note } = await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: invoiceId,
        credit_amount_cents: cents * 1.2,
        items: [{ fee_id: feeId, amount_cents: cents }],
      },
    })
    return note
  }

  describe('of unused days', () => {
    it('are made before the final invoice, which uses them, and announced', async () => {
      const endpoint = await listen(client)
      await inAdvance()
      await client.clock('2024-03-10T10:00:00Z')
      await send(client, { transaction_id: '1', code: 'calls', properties: { n: 5 } })
      await client.clock('2024-03-15T10:00:00Z')
      await ok(client, 'DELETE', '/subscriptions/s')
      // 16 of 31 days are unused; the usage is 500 cents with 100 cents of tax.
      const [first, last] = await invoices()
      const [note] = await notes()
      expect(note).toMatchObject({
        lago_invoice_id: first.lago_id,
        number: `${first.number}-CN001`,
        invoice_number: first.number,
        reason: 'order_cancellation',
        credit_status: 'available',
        refund_status: null,
        sub_total_excluding_taxes_amount_cents: 1600,
        taxes_amount_cents: 320,
        total_amount_cents: 1920,
        credit_amount_cents: 1920,
        balance_amount_cents: 1320,
        issuing_date: '2024-03-15',
        items: [{ amount_cents: 1600, precise_amount_cents: '1600.0' }],
      })
      expect(last).toMatchObject({
        sub_total_including_taxes_amount_cents: 600,
        credit_notes_amount_cents: 600,
        total_amount_cents: 0,
        payment_status: 'succeeded',
      })
      expect(last.credits).toMatchObject([
        {
          amount_cents: 600,
          before_taxes: false,
          item: {
            lago_item_id: note.lago_id,
            type: 'credit_note',
            code: note.number,
            name: first.number,
            description: null,
          },
          invoice: { lago_id: last.lago_id },
        },
      ])
      const [message] = await receivedBy(client, endpoint, 'credit_note.created')
      expect(message).toMatchObject({
        object_type: 'credit_note',
        credit_note: { lago_id: note.lago_id, balance_amount_cents: 1920 },
      })
    })

    it('are skipped', async () => {
      await inAdvance()
      await client.clock('2024-03-15T10:00:00Z')
      await ok(client, 'DELETE', '/subscriptions/s?on_termination_credit_note=skip')
      expect(await notes()).toEqual([])
    })

    it('are refunded as far as they were paid, and otherwise offset', async () => {
      await inAdvance()
      const [first] = await invoices()
      const payment = { invoice_id: first.lago_id, amount_cents: 2500, reference: 'bank' }
      await ok(client, 'POST', '/payments', { payment })
      await client.clock('2024-03-15T10:00:00Z')
      await ok(client, 'DELETE', '/subscriptions/s?on_termination_credit_note=offset')
      // 15 of 31 days, 1,800 cents with taxes, were used of 2,500 that were paid.
      expect(await notes()).toMatchObject([
        {
          total_amount_cents: 1920,
          refund_amount_cents: 700,
          offset_amount_cents: 1220,
          credit_amount_cents: 0,
          refund_status: 'pending',
        },
      ])
      const [after] = await invoices()
      expect([after.total_due_amount_cents, after.payment_status]).toEqual([0, 'succeeded'])
    })

    it('are none when the invoice was voided or the period was not billed', async () => {
      await inAdvance()
      const [first] = await invoices()
      await ok(client, 'POST', `/invoices/${first.lago_id}/void`)
      await client.clock('2024-03-15T10:00:00Z')
      await ok(client, 'DELETE', '/subscriptions/s')
      expect(await notes()).toEqual([])
    })

    it('of an upgrade lower its bill, and count the day of the upgrade', async () => {
      await inAdvance()
      const bigger = { name: 'Q', code: 'q', interval: 'monthly', amount_cents: 6200, amount_currency: 'EUR' }
      await ok(client, 'POST', '/plans', { plan: { ...bigger, pay_in_advance: true, charges: [] } })
      await client.clock('2024-03-15T10:00:00Z')
      const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'q' }
      await ok(client, 'POST', '/subscriptions', { subscription })
      const [, bill] = await invoices()
      // 17 days of each plan.
      expect(bill).toMatchObject({
        fees_amount_cents: 3400,
        credit_notes_amount_cents: 2040,
        total_amount_cents: 2040,
      })
      expect(await notes()).toMatchObject([{ credit_status: 'consumed', balance_amount_cents: 0 }])
    })
  })

  describe('on drafts', () => {
    beforeEach(() => inAdvance({ billing_configuration: { invoice_grace_period: 20 } }))

    it('are seen once the invoice is final, and computed anew with it', async () => {
      const endpoint = await listen(client)
      await client.clock('2024-03-15T10:00:00Z')
      await ok(client, 'DELETE', '/subscriptions/s')
      expect(await notes()).toEqual([])
      const [draft, last] = await invoices()
      expect([draft.status, last.status]).toEqual(['draft', 'draft'])
      expect((await client.call('DELETE', `/invoices/${draft.lago_id}`)).body.code).toBe(
        'credit_note_not_deletable',
      )
      await ok(client, 'PUT', '/taxes/vat', { tax: { rate: 10 } })
      await ok(client, 'PUT', `/invoices/${draft.lago_id}/refresh`)
      expect(await notes()).toEqual([])
      await client.clock('2024-03-21T00:10:00Z')
      const [note] = await notes()
      expect(note).toMatchObject({
        lago_invoice_id: draft.lago_id,
        total_amount_cents: 1760,
        taxes_rate: 10,
        issuing_date: '2024-03-21',
        items: [{ amount_cents: 1600 }],
      })
      expect(note.number).toMatch(/-001-001-CN001$/)
      expect(await receivedBy(client, endpoint, 'credit_note.created')).toHaveLength(1)
    })

    it('by request are drafts too, and follow the fees', async () => {
      const [draft] = await invoices()
      const made = await create({
        invoice_id: draft.lago_id,
        credit_amount_cents: 1200,
        items: [{ fee_id: draft.fees[0].lago_id, amount_cents: 1000 }],
      })
      expect(made.status).toBe(200)
      expect(made.body.credit_note.number).toMatch(/-DRAFT-CN001$/)
      const id = made.body.credit_note.lago_id
      expect((await client.call('GET', `/credit_notes/${id}`)).status).toBe(404)
      expect((await client.call('PUT', `/credit_notes/${id}/void`)).status).toBe(404)
      await ok(client, 'PUT', `/invoices/${draft.lago_id}/refresh`)
      await ok(client, 'PUT', `/invoices/${draft.lago_id}/finalize`)
      const { credit_note: note } = await ok(client, 'GET', `/credit_notes/${id}`)
      const [final] = await invoices()
      expect(note).toMatchObject({ balance_amount_cents: 1200, items: [{ amount_cents: 1000 }] })
      expect(note.items[0].fee.lago_id).toBe(final.fees[0].lago_id)
      expect(final.credit_notes_amount_cents).toBe(0)
    })
  })

  describe('by request', () => {
    it('keep their reason, text and metadata; refund status and metadata change', async () => {
      const { invoiceId, feeId } = await oneOff()
      const made = await create({
        invoice_id: invoiceId,
        reason: 'product_unsatisfactory',
        description: 'Broken',
        credit_amount_cents: '600',
        items: [{ fee_id: feeId, amount_cents: '500' }],
        metadata: { ticket: '7' },
      })
      expect(made.body.credit_note).toMatchObject({
        reason: 'product_unsatisfactory',
        description: 'Broken',
        credit_amount_cents: 600,
        metadata: { ticket: '7' },
        applied_taxes: [{ tax_code: 'vat', base_amount_cents: 500, amount_cents: 100 }],
      })
      const path = `/credit_notes/${made.body.credit_note.lago_id}`
      const changed = await ok(client, 'PUT', path, { credit_note: { metadata: { more: null } } })
      expect(changed.credit_note.metadata).toEqual({ ticket: '7', more: null })
      const wrong = await client.call('PUT', path, { credit_note: { refund_status: 'lost' } })
      expect(wrong.body.error_details).toEqual({ refund_status: ['value_is_invalid'] })
      expect(await ok(client, 'POST', `${path}/metadata`, { metadata: { a: '1' } })).toEqual({
        metadata: { a: '1' },
      })
      expect(await ok(client, 'PATCH', `${path}/metadata`, { metadata: { b: '2' } })).toEqual({
        metadata: { a: '1', b: '2' },
      })
      expect(await ok(client, 'DELETE', `${path}/metadata/a`)).toEqual({ metadata: { b: '2' } })
      expect(await ok(client, 'DELETE', `${path}/metadata`)).toEqual({ metadata: null })
      const gone = await client.call('DELETE', `${path}/metadata/a`)
      expect([gone.status, gone.body.code]).toEqual([404, 'metadata_not_found'])
    })

    it('lower what is due of their invoice, and settle it', async () => {
      const { invoiceId, feeId } = await oneOff()
      const offset = (cents: number) =>
        create({
          invoice_id: invoiceId,
          offset_amount_cents: cents * 1.2,
          items: [{ fee_id: feeId, amount_cents: cents }],
        })
      const endpoint = await listen(client)
      const made = await offset(4000)
      expect(made.body.credit_note).toMatchObject({ offset_amount_cents: 4800, balance_amount_cents: 0 })
      const due = async () => (await ok(client, 'GET', `/invoices/${invoiceId}`)).invoice
      expect(await due()).toMatchObject({
        total_amount_cents: 12_000,
        total_due_amount_cents: 7200,
        total_offsetted_credit_note_amount_cents: 4800,
        payment_status: 'pending',
      })
      expect((await offset(6000)).status).toBe(200)
      expect(await due()).toMatchObject({ total_due_amount_cents: 0, payment_status: 'succeeded' })
      expect(await receivedBy(client, endpoint, 'invoice.payment_status_updated')).toHaveLength(1)
    })

    it('404, 405 and 422 change nothing', async () => {
      const { invoiceId, feeId } = await oneOff()
      const note = { invoice_id: invoiceId, credit_amount_cents: 600 }
      const refused = async (changes: object) => {
        const { status, body } = await create({ ...note, ...changes })
        return [status, body.error_details ?? body.code]
      }
      const items = [{ fee_id: feeId, amount_cents: 500 }]
      expect(await refused({ invoice_id: 'x', items })).toEqual([404, 'invoice_not_found'])
      expect(await refused({ invoice_id: feeId, items })).toEqual([404, 'invoice_not_found'])
      expect(await refused({ items: [{ fee_id: invoiceId, amount_cents: 1 }] })).toEqual([
        404,
        'fee_not_found',
      ])
      expect(await refused({ items: 'all' })).toEqual([422, { items: ['must_be_an_array'] }])
      expect(await refused({ items: [{ fee_id: feeId, amount_cents: 'x' }] })).toEqual([
        422,
        { amount_cents: ['invalid_value'] },
      ])
      expect(await refused({ items: [{ fee_id: feeId, amount_cents: -1 }] })).toEqual([
        422,
        { amount_cents: ['invalid_value'] },
      ])
      expect(await refused({ items, reason: 'mood' })).toEqual([422, { reason: ['value_is_invalid'] }])
      expect(await refused({ items, metadata: { a: 1 } })).toEqual([422, { metadata: ['value_is_invalid'] }])
      expect(await notes()).toEqual([])
    })

    it('are listed by what they are', async () => {
      const first = await credit(5000)
      await client.clock('2024-03-05T00:00:00Z')
      const second = await credit(2500)
      await ok(client, 'PUT', `/credit_notes/${first.lago_id}/void`)
      const ids = async (query: string) =>
        (await notes(query)).map(({ lago_id }: { lago_id: string }) => lago_id)
      expect(await ids('')).toEqual([second.lago_id, first.lago_id])
      expect(await ids('?credit_status=voided')).toEqual([first.lago_id])
      expect(await ids('?credit_status=nonsense')).toHaveLength(2)
      expect(await ids('?amount_from=3001')).toEqual([first.lago_id])
      expect(await ids('?issuing_date_from=2024-03-02')).toEqual([second.lago_id])
      expect(await ids('?issuing_date_from=someday')).toHaveLength(2)
      expect(await ids('?types[]=refund')).toEqual([])
      expect(await ids('?types[]=refund&types[]=credit')).toHaveLength(2)
      expect(await ids(`?invoice_number=${second.invoice_number}`)).toEqual([second.lago_id])
      expect(await ids(`?search_term=${first.number.toLowerCase()}`)).toEqual([first.lago_id])
      expect(await ids('?reason=other&currency=eur&self_billed=false')).toHaveLength(2)
      const own = await ok(client, 'GET', '/customers/c/credit_notes?per_page=1')
      expect([own.credit_notes.length, own.meta.total_count]).toEqual([1, 2])
      expect((await client.call('GET', '/customers/nobody/credit_notes')).body.code).toBe(
        'customer_not_found',
      )
    })

    it.each([undefined, 0])(
      'are found by a part of their number or customer, or the beginning of their id (%s ids at most)',
      async (most) => {
        const made = [await credit(5000), await credit(2500)]
        const { invoiceId, feeId } = await oneOff()
        for (const cents of [1000, 2000]) {
          const items = [{ fee_id: feeId, amount_cents: cents }]
          const note = { invoice_id: invoiceId, credit_amount_cents: cents * 1.2, items }
          made.push((await ok(client, 'POST', '/credit_notes', { credit_note: note })).credit_note)
        }
        const [{ number: whole, lago_id: id }] = made
        await ok(client, 'POST', '/customers', { customer: { external_id: 'c', name: 'Quartz' } })
        const parts = [
          'cn',
          '-CN0',
          'cn002',
          '-cn002',
          '02',
          '1-cn',
          '1-C',
          '1-',
          '-',
          '00',
          '1-CN001x',
          '%',
          '_',
          '\\',
        ]
        const texts = [
          ...parts,
          'n0',
          '-n',
          whole,
          whole.slice(3),
          whole.slice(0, -1),
          whole.slice(0, -6),
          'nobody',
          'uART',
        ]
        for (const text of [
          ...texts,
          id,
          id.slice(0, 9),
          id.slice(0, 28).toUpperCase(),
          id.slice(20),
          id.slice(0, 7),
        ]) {
          const found = await harness.context.database.read(client.organizationId, async (reads) => {
            const hits = await creditNotesNamed(reads, text, most)
            const own = reads.selectFrom('creditNotes as n').select('n.id').orderBy('n.id')
            return own.where(hits.has(sql.ref('n.id'))).execute()
          })
          const isPart = (name: string) => name.toLowerCase().includes(text.toLowerCase())
          const named = made.filter(
            ({ number, lago_id }) =>
              [number, 'c', 'Quartz'].some(isPart) ||
              (text.length >= 8 && lago_id.startsWith(text.toLowerCase())),
          )
          const expected = named.map(({ lago_id }) => lago_id).sort()
          expect(
            found.map((note) => note.id),
            text,
          ).toEqual(expected)
          const listed = await notes(`?search_term=${encodeURIComponent(text)}`)
          expect(listed.map(({ lago_id }: { lago_id: string }) => lago_id).sort(), text).toEqual(expected)
        }
      },
    )

    it('are voided once, by what is left of them', async () => {
      const note = await credit(5000)
      await inAdvance2()
      const path = `/credit_notes/${note.lago_id}`
      expect((await ok(client, 'GET', path)).credit_note.balance_amount_cents).toBe(6000 - 3720)
      const voided = (await ok(client, 'PUT', `${path}/void`)).credit_note
      expect(voided).toMatchObject({
        credit_status: 'voided',
        balance_amount_cents: 0,
        credit_amount_cents: 6000,
        total_amount_cents: 6000,
      })
      const again = await client.call('PUT', `${path}/void`)
      expect([again.status, again.body.code]).toEqual([405, 'no_voidable_amount'])
    })
  })

  /** Another plan in advance for customer `c`, who exists: its first bill is at once. */
  const inAdvance2 = async (externalId = 's2') => {
    const plan = { name: 'R', code: 'r', interval: 'monthly', amount_cents: 3100, amount_currency: 'EUR' }
    await client.call('POST', '/plans', { plan: { ...plan, pay_in_advance: true, charges: [] } })
    const subscription = { external_customer_id: 'c', external_id: externalId, plan_code: 'r' }
    await ok(client, 'POST', '/subscriptions', { subscription })
  }

  it('voiding an invoice gives back what is asked, and gives up the rest', async () => {
    const { invoiceId } = await oneOff()
    const endpoint = await listen(client)
    await ok(client, 'POST', `/invoices/${invoiceId}/void`, {
      generate_credit_note: true,
      credit_amount: 4000,
    })
    const made = await notes()
    const description = `Credit note created due to voided invoice ${invoiceId}`
    expect(made).toHaveLength(2)
    expect(made.find((each: { credit_status: string }) => each.credit_status === 'available')).toMatchObject({
      total_amount_cents: 4000,
      balance_amount_cents: 4000,
      description,
    })
    expect(made.find((each: { credit_status: string }) => each.credit_status === 'voided')).toMatchObject({
      total_amount_cents: 8000,
      balance_amount_cents: 0,
      description,
    })
    expect(await receivedBy(client, endpoint, 'credit_note.created')).toHaveLength(2)
  })

  it('of a voided invoice that used them are not filled again', async () => {
    const note = await credit(2000)
    await inAdvance2()
    const [bill] = (await invoices()).filter(({ invoice_type }) => invoice_type === 'subscription')
    expect(bill.credit_notes_amount_cents).toBe(2400)
    await ok(client, 'POST', `/invoices/${bill.lago_id}/void`)
    expect((await ok(client, 'GET', `/credit_notes/${note.lago_id}`)).credit_note).toMatchObject({
      balance_amount_cents: 0,
      credit_status: 'consumed',
    })
  })

  it('give back what a progressive invoice billed too much, on the bill of the period', async () => {
    await subscribe(client, {
      metrics: [CALLS],
      charges: [CHARGE],
      plan: {
        amount_cents: 3100,
        pay_in_advance: false,
        usage_thresholds: [{ amount_cents: 20_000, threshold_display_name: 'T' }],
      },
    })
    await client.clock('2024-03-05T00:00:00Z')
    await send(client, { transaction_id: '1', code: 'calls', properties: { n: 200 } })
    await client.clock('2024-03-06T00:00:00Z')
    await send(client, { transaction_id: '2', code: 'calls', properties: { n: -50 } })
    await client.clock('2024-04-01T00:10:00Z')
    const [progressive, bill] = await invoices()
    const [note] = await notes()
    expect(note).toMatchObject({
      lago_invoice_id: progressive.lago_id,
      reason: 'other',
      sub_total_excluding_taxes_amount_cents: 5000,
      total_amount_cents: 6000,
      balance_amount_cents: 6000 - 3720,
    })
    expect(bill).toMatchObject({
      progressive_billing_credit_amount_cents: 15_000,
      sub_total_including_taxes_amount_cents: 3720,
      credit_notes_amount_cents: 3720,
      total_amount_cents: 0,
    })
  })

  it('are never used twice, however many invoices become final at once', async () => {
    const plan = { name: 'D', code: 'd', interval: 'monthly', amount_cents: 1000, amount_currency: 'EUR' }
    await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: true, charges: [] } })
    const note = await credit(3000)
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', billing_configuration: { invoice_grace_period: 3 } },
    })
    const names = Array.from({ length: 8 }, (_, i) => `d${i}`)
    for (const externalId of names) {
      const subscription = { external_customer_id: 'c', external_id: externalId, plan_code: 'd' }
      await ok(client, 'POST', '/subscriptions', { subscription })
    }
    const drafts = (await invoices()).filter(({ status }) => status === 'draft')
    expect(drafts).toHaveLength(8)
    await Promise.all(drafts.map(({ lago_id }) => ok(client, 'PUT', `/invoices/${lago_id}/finalize`)))
    const finals = (await invoices()).filter(({ invoice_type }) => invoice_type === 'subscription')
    expect(finals.map(({ credit_notes_amount_cents: cents }) => cents).sort()).toEqual(
      [1200, 1200, 1200, 0, 0, 0, 0, 0].sort(),
    )
    expect((await ok(client, 'GET', `/credit_notes/${note.lago_id}`)).credit_note.balance_amount_cents).toBe(
      0,
    )
  })

  it('never give back more than the invoice holds, however many are asked for at once', async () => {
    const { invoiceId, feeId } = await oneOff()
    const asked = { invoice_id: invoiceId, credit_amount_cents: 3600 }
    const items = [{ fee_id: feeId, amount_cents: 3000 }]
    const answers = await Promise.all(Array.from({ length: 12 }, () => create({ ...asked, items })))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 200, 200, ...Array.from({ length: 9 }, () => 422)])
    const numbers = (await notes()).map(({ sequential_id: id }: { sequential_id: number }) => id).sort()
    expect(numbers).toEqual([1, 2, 3])
    const [first] = await notes()
    const voids = await Promise.all(
      Array.from({ length: 5 }, () => client.call('PUT', `/credit_notes/${first.lago_id}/void`)),
    )
    expect(voids.map(({ status }) => status).sort()).toEqual([200, 405, 405, 405, 405])
  })

  it('the database refuses what does not add up, and any other change', async () => {
    const { lago_id: id } = await credit(5000)
    const refused = (statement: string) => expect(owner.query(statement, [id])).rejects
    await refused('update credit_notes set balance_amount_cents = -1 where id = $1').toThrow(/violates check/)
    await refused('update credit_notes set balance_amount_cents = 5999 where id = $1').toThrow(
      /its credit is not/,
    )
    await refused('update credit_notes set credit_amount_cents = 7000 where id = $1').toThrow(/cannot change/)
    await refused("update credit_notes set reason = 'order_change' where id = $1").toThrow(/cannot change/)
    await refused('delete from credit_notes where id = $1').toThrow(/cannot be deleted/)
    await refused('update credit_note_items set amount_cents = 1 where credit_note_id = $1').toThrow(
      /is final/,
    )
    await refused('delete from credit_note_taxes where credit_note_id = $1').toThrow(/is final/)
    expect((await notes())[0].balance_amount_cents).toBe(6000)
  })
})
