import type { MethodSummary } from '../../core/payments/gateway.ts'
import type { Tx } from '../../store/database.ts'
import {
  findMethodsThere,
  insertMethod,
  makeDefault,
  type PaymentMethodRow,
} from '../../store/payment-methods.ts'
import type { LinkRow } from '../../store/payment-provider-customers.ts'
import { readProvider } from '../../store/payment-providers.ts'
import type { Caller } from '../context.ts'

/**
 * Keeps methods that a provider told of, and makes each new one the default of its connection, whose customer the
 * caller has locked. Known ones stay as they are. Returns the new ones.
 */
export async function keepMethods(
  tx: Tx,
  caller: Caller,
  link: LinkRow,
  methods: readonly MethodSummary[],
): Promise<readonly PaymentMethodRow[]> {
  const provider = await readProvider(tx, link.paymentProviderId)
  const kept: PaymentMethodRow[] = []
  for (const method of methods) {
    const [known] = await findMethodsThere(tx, link.paymentProviderId, method.providerMethodId)
    if (known) continue
    const row = await insertMethod(tx, { link, provider, method }, caller.now)
    kept.push(await makeDefault(tx, row, caller.now))
  }
  return kept
}
