import { decideCheckedEuTax } from '../../core/taxes/eu-tax.ts'
import { parseVatNumber, type VatNumber } from '../../core/taxes/vat-number.ts'
import { lookUpVatNumber, type ViesAnswer } from '../../gateways/vies.ts'
import { type CustomerRow, detailsOfCustomer, lockCustomerById, readCustomer } from '../../store/customers.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { applicableSections } from '../../store/invoice-custom-sections.ts'
import { findTaxesById } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import {
  type EuSeller,
  findViesCheck,
  listEuSellers,
  markViesCheckFailed,
  type ViesCheckRow,
} from '../../store/vies-checks.ts'
import { toWireCustomer } from '../../wire/customers.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'
import { followSettings } from './follow-settings.ts'
import { assignEuTax, endViesCheck } from './settle-eu-tax.ts'

const TIMEOUT_MS = 15_000

/** VIES gave no answer; the queue asks again with increasing delays. */
export class ViesOutage extends Error {
  override readonly name = 'ViesOutage'
}

/** The question in a check, and everything that the answer decides about. */
type Question = {
  readonly check: ViesCheckRow
  readonly customer: CustomerRow
  readonly seller: EuSeller | undefined
  /** Null when it is not well-formed, so that nobody has to be asked. */
  readonly number: VatNumber | null
}

/**
 * Asks VIES about a customer's VAT number and gives the customer the EU tax that follows from it; its pending invoices
 * become final (docs/rules/taxes.md#vat-numbers). A check that was replaced meanwhile is dropped. Throws `ViesOutage`
 * without an answer, so that the queue retries. VIES is asked outside any transaction.
 */
export async function checkVatNumber(
  context: Context,
  job: {
    readonly organizationId: string
    readonly customerId: string
    readonly checkId: string
    readonly signal?: AbortSignal
  },
): Promise<void> {
  const { organizationId, customerId, checkId, signal } = job
  const read = (reads: Reads) => readQuestion(reads, customerId, checkId)
  const question = await context.database.read(organizationId, read)
  if (!question) return
  const answer = await ask(context, question, signal)
  await inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    await lockCustomerById(tx, customerId)
    const current = await read(tx)
    if (!current) return
    if (answer.kind === 'unavailable') await tellOutage(tx, caller, current, answer.reason)
    else await settle(tx, caller, current, answer.isValid)
  })
  if (answer.kind === 'unavailable') throw new ViesOutage(`customer ${customerId}: ${answer.reason}`)
}

async function readQuestion(
  reads: Reads,
  customerId: string,
  checkId: string,
): Promise<Question | undefined> {
  const check = await findViesCheck(reads, customerId)
  if (check?.id !== checkId) return undefined
  const [customer, sellers] = await Promise.all([readCustomer(reads, customerId), listEuSellers(reads)])
  const seller = sellers.find(({ id }) => id === customer.billingEntityId)
  return { check, customer, seller, number: parseVatNumber(customer.taxIdentificationNumber ?? '') ?? null }
}

async function ask(
  { settings }: Context,
  { seller, number }: Question,
  signal: AbortSignal | undefined,
): Promise<ViesAnswer> {
  if (!seller || number === null) return { kind: 'answered', isValid: false }
  return lookUpVatNumber(settings.viesUrl, number, { timeoutMs: TIMEOUT_MS, ...(signal ? { signal } : {}) })
}

async function settle(tx: Tx, caller: Caller, question: Question, isValid: boolean): Promise<void> {
  const { check, customer, seller, number } = question
  await followSettings(tx, caller, customer.id)
  // The entity no longer manages EU taxes: the customer keeps the taxes that it has.
  if (!seller) return endViesCheck(tx, caller, customer.id)
  const code = decideCheckedEuTax(seller.country, customer, { number, isValid })
  await assignEuTax(tx, caller, customer.id, code, await findTaxesById(tx, check.taxIds))
  await tellCheck(tx, caller, customer, { valid: isValid && number !== null, ...shown(number) })
}

async function tellOutage(tx: Tx, caller: Caller, question: Question, reason: string): Promise<void> {
  const { check, customer, number } = question
  if (check.hasFailed) return
  await markViesCheckFailed(tx, customer.id)
  await tellCheck(tx, caller, customer, { valid: false, ...shown(number), error: reason })
}

function shown(number: VatNumber | null): object {
  if (number === null) return { valid_format: false }
  return { valid_format: true, country_code: number.prefix, vat_number: number.digits }
}

async function tellCheck(tx: Tx, caller: Caller, customer: CustomerRow, viesCheck: object): Promise<void> {
  await announce(tx, caller, {
    type: 'customer.vies_check',
    objectType: 'customer',
    objectId: customer.id,
    payload: async () => ({
      ...toWireCustomer(await detailsOfCustomer(tx, customer), await applicableSections(tx, customer)),
      vies_check: viesCheck,
    }),
  })
}
