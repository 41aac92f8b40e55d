import type { Connection, CustomerOrder, MethodSummary } from '../../core/payments/gateway.ts'
import type { AccountCalls } from '../../core/payments/payment-gateway.ts'
import { type Adyen, type AdyenHost, type AdyenObject, askAdyen } from './client.ts'
import { AdyenProblem } from './problems.ts'
import { isAdyenObject, readStored } from './reading.ts'

/** The account itself and the methods that its shoppers have stored. Adyen keeps no customers, only names for them. */
export function adyenAccounts(host: AdyenHost): AccountCalls {
  return {
    check: (connection) =>
      askAdyen(host, connection, async (adyen) => {
        await adyen.create(['paymentMethods'], { merchantAccount: adyen.merchantAccount })
        return { accountId: adyen.merchantAccount, warnings: warningsOf(connection) }
      }),
    inbox: null,
    createCustomer: async (_connection, order) => ({
      ok: true,
      value: { providerCustomerId: shopperReferenceOf(order) },
    }),
    updateCustomer: null,
    findCustomer: async () => ({ ok: true, value: true }),
    listMethods: (connection, shopperReference) =>
      askAdyen(host, connection, (adyen) => storedMethods(adyen, shopperReference)),
    readMethod: (connection, id, shopperReference) =>
      askAdyen(host, connection, async (adyen) => {
        if (shopperReference === null) return null
        const found = (await storedMethods(adyen, shopperReference)).find(
          ({ providerMethodId }) => providerMethodId === id,
        )
        return found ? { method: found, providerCustomerId: shopperReference, isUsable: true } : null
      }),
    makeDefaultMethod: null,
    detachMethod: (connection, id, shopperReference) =>
      askAdyen(host, connection, (adyen) => forget(adyen, id, shopperReference)),
  }
}

/** No message is understood without the key of their signatures. */
function warningsOf({ secrets }: Connection): readonly string[] {
  return secrets.hmac_key === undefined ? ['hmac_key_missing'] : []
}

const SHOPPER_LENGTH_MIN = 3
const SHOPPER_LENGTH_MAX = 256

/** Adyen wants three characters at least, and nothing that tells who somebody is. */
function shopperReferenceOf({ customerId, externalId }: CustomerOrder): string {
  const { length } = externalId
  const isTaken = length >= SHOPPER_LENGTH_MIN && length <= SHOPPER_LENGTH_MAX && !externalId.includes('@')
  return isTaken ? externalId : customerId
}

async function storedMethods(adyen: Adyen, shopperReference: string): Promise<readonly MethodSummary[]> {
  const { merchantAccount } = adyen
  const { storedPaymentMethods } = await adyen.read(['storedPaymentMethods'], {
    merchantAccount,
    shopperReference,
  })
  const found: readonly unknown[] = Array.isArray(storedPaymentMethods) ? storedPaymentMethods : []
  return found.filter(isCard).map(readStored)
}

/** Only cards can be charged as cards are: what else is stored is left alone. */
function isCard(stored: unknown): stored is AdyenObject {
  return isAdyenObject(stored) && (stored.type === undefined || stored.type === 'scheme')
}

/** A method that is not there any more needs no end. */
async function forget(adyen: Adyen, id: string, shopperReference: string | null): Promise<null> {
  if (shopperReference === null) return null
  const { merchantAccount } = adyen
  try {
    await adyen.remove(['storedPaymentMethods', id], { merchantAccount, shopperReference })
  } catch (error) {
    if (!(error instanceof AdyenProblem) || !error.isMissing) throw error
  }
  return null
}
