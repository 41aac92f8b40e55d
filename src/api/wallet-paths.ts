import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { notFound } from '../core/refusal.ts'
import { findCustomer } from '../store/customers.ts'
import type { Reads } from '../store/database.ts'
import { isId } from '../store/ids.ts'
import type { WalletCode } from '../store/wallets.ts'

/** A request whose path names a wallet, by its id or by its customer and code. */
export type OfWallet = { Params: { id?: string; external_id?: string; code?: string; key?: string } }

/** The two ways in which paths name a wallet. */
export const WALLET_PATHS = [
  { path: '/wallets/:id', of: '', params: { id: Type.String() } },
  {
    path: '/customers/:external_id/wallets/:code',
    of: ' of a customer by its code',
    params: { external_id: Type.String(), code: Type.String() },
  },
] as const

/** The wallet that a path names. 404 for a text that is no id, and for an unknown customer. */
export async function walletOfPath(
  reads: Reads,
  { params }: FastifyRequest<OfWallet>,
): Promise<{ readonly id: string } | WalletCode> {
  const { id, external_id: externalId = '', code = '' } = params
  if (id !== undefined) {
    if (!isId(id)) throw notFound('wallet')
    return { id }
  }
  const customer = await findCustomer(reads, externalId)
  if (!customer) throw notFound('customer')
  return { customerId: customer.id, code }
}
