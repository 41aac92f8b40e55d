import type { GatewayError } from '../core/payments/gateway.ts'
import type { PaymentGateway } from '../core/payments/payment-gateway.ts'

type Absent = Pick<
  PaymentGateway,
  | 'inbox'
  | 'createCustomer'
  | 'updateCustomer'
  | 'findCustomer'
  | 'openSetupPage'
  | 'listMethods'
  | 'readMethod'
  | 'makeDefaultMethod'
  | 'detachMethod'
  | 'charge'
  | 'findPayment'
  | 'cancelPayment'
  | 'refund'
  | 'findRefund'
  | 'listMessages'
>

const UNSUPPORTED: GatewayError = {
  class: 'invalid_request',
  code: 'feature_not_supported',
  message: 'the provider only has payment pages',
}
const refused = { kind: 'refused', error: UNSUPPORTED } as const
const unanswered = { ok: false, error: UNSUPPORTED } as const

/**
 * What a provider does not do that only has payment pages: its traits keep everybody from asking, and whoever asks is
 * refused without a call.
 */
export const PAGE_ONLY: Absent = {
  inbox: null,
  updateCustomer: null,
  makeDefaultMethod: null,
  detachMethod: null,
  createCustomer: async () => unanswered,
  findCustomer: async () => unanswered,
  openSetupPage: async () => unanswered,
  listMethods: async () => ({ ok: true, value: [] }),
  readMethod: async () => ({ ok: true, value: null }),
  charge: async () => refused,
  findPayment: async () => unanswered,
  cancelPayment: async () => refused,
  refund: async () => refused,
  findRefund: async () => unanswered,
  listMessages: null,
}
