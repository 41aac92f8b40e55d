import { checkVatNumber } from '../actions/customers/check-vat-number.ts'
import type { Job } from './job.ts'

/** One attempt to have VIES check a customer's VAT number. */
export const checkVatNumberJob: Job = async (context, payload, run) => {
  const { organizationId, customerId, checkId } = payload
  if (typeof organizationId !== 'string' || typeof customerId !== 'string' || typeof checkId !== 'string') {
    throw new Error(`check_vat_number without its ids: ${JSON.stringify(payload)}`)
  }
  await checkVatNumber(context, { organizationId, customerId, checkId, signal: run.signal })
}
