import type { Instant } from '../calendar/instant.ts'
import type {
  ChargeOrder,
  ChargeOutcome,
  Connection,
  CustomerOrder,
  Found,
  GatewayAnswer,
  InboundMessage,
  MessageMeaning,
  MethodSummary,
  OpenedMessages,
  PageOrder,
  PageState,
  ProviderMode,
  ProviderPage,
  ProviderPayment,
  ProviderRefund,
  RawDelivery,
  RefundOrder,
  RefundOutcome,
  SetupOrder,
  ToldMethod,
} from './gateway.ts'

/** Messages that are asked for through the API. */
export type InboxCalls = {
  /** Has the provider send its messages to a URL. Gives the id of the registration, and its secret if it is a new one. */
  readonly register: (
    connection: Connection,
    url: string,
  ) => Promise<GatewayAnswer<{ readonly id: string; readonly secret: string | null }>>
  readonly remove: (connection: Connection) => Promise<GatewayAnswer<null>>
}

/** Pages on which an invoice is paid. */
export type PageCalls = {
  readonly open: (connection: Connection, order: PageOrder) => Promise<GatewayAnswer<ProviderPage>>
  /** Closes a page, unless it is being paid, or was; a page that cannot be closed stays open until its time is over. */
  readonly close: (connection: Connection, pageId: string) => Promise<GatewayAnswer<PageState>>
  /** Absent where messages are listed or sent until they are answered; elsewhere open pages are looked at. */
  readonly read?: (connection: Connection, pageId: string) => Promise<GatewayAnswer<PageState>>
}

/** The present: by the time that records are kept by, and by the clock, with which the times of senders are compared. */
export type Present = { readonly now: Instant; readonly clock: Instant }

/**
 * A payment provider as the engine sees it. Methods never throw for anything that a provider or a network does; a throw
 * is a bug of ours and counts as `unknown`.
 */
export type PaymentGateway = {
  /** A harmless read that proves the secrets: the account behind them. */
  readonly check: (
    connection: Connection,
  ) => Promise<GatewayAnswer<{ readonly accountId: string; readonly warnings: readonly string[] }>>
  /** Null where the address of messages is pasted at the provider by hand. */
  readonly inbox: InboxCalls | null
  readonly createCustomer: (
    connection: Connection,
    order: CustomerOrder,
  ) => Promise<GatewayAnswer<{ readonly providerCustomerId: string }>>
  /** Null where a customer stays as it was made. */
  readonly updateCustomer:
    | ((
        connection: Connection,
        providerCustomerId: string,
        order: CustomerOrder,
      ) => Promise<GatewayAnswer<null>>)
    | null
  /** Whether the customer exists there. */
  readonly findCustomer: (
    connection: Connection,
    providerCustomerId: string,
  ) => Promise<GatewayAnswer<boolean>>
  readonly openSetupPage: (connection: Connection, order: SetupOrder) => Promise<GatewayAnswer<ProviderPage>>
  /** Null where invoices cannot be paid on a page. */
  readonly pages: PageCalls | null
  /** A customer's methods, the default first. */
  readonly listMethods: (
    connection: Connection,
    providerCustomerId: string,
  ) => Promise<GatewayAnswer<readonly MethodSummary[]>>
  /** A method and whose it is; null when there is none. Some providers have to be told whose it should be. */
  readonly readMethod: (
    connection: Connection,
    providerMethodId: string,
    providerCustomerId: string | null,
  ) => Promise<GatewayAnswer<ToldMethod | null>>
  /** Null where a provider knows no default. */
  readonly makeDefaultMethod:
    | ((
        connection: Connection,
        providerCustomerId: string,
        providerMethodId: string,
      ) => Promise<GatewayAnswer<null>>)
    | null
  /** Null where a provider keeps its methods. */
  readonly detachMethod:
    | ((
        connection: Connection,
        providerMethodId: string,
        providerCustomerId: string | null,
      ) => Promise<GatewayAnswer<null>>)
    | null
  /** Also the replay of an order: same order, same key. */
  readonly charge: (connection: Connection, order: ChargeOrder) => Promise<ChargeOutcome>
  /** Null where a provider cannot be asked about a payment. */
  readonly readPayment:
    | ((connection: Connection, providerPaymentId: string) => Promise<GatewayAnswer<ProviderPayment | null>>)
    | null
  /** Null where payments cannot be looked for: the same order again is the only question, and absence proves nothing. */
  readonly findPayment:
    | ((
        connection: Connection,
        query: { readonly paymentId: string; readonly customerId: string; readonly sentFrom: Instant },
      ) => Promise<GatewayAnswer<Found<ProviderPayment>>>)
    | null
  /** Ends a payment that has not succeeded; `known` when the provider told what became of it. */
  readonly cancelPayment: (
    connection: Connection,
    providerPaymentId: string,
    idempotencyKey: string,
  ) => Promise<ChargeOutcome>
  /**
   * Asks for the end of a payment of which nobody knows whether it exists; a message tells whether it ended. Absent
   * where payments can be looked for.
   */
  readonly cancelSent?: (
    connection: Connection,
    sent: { readonly paymentId: string; readonly reference: string; readonly idempotencyKey: string },
  ) => Promise<GatewayAnswer<null>>
  /** Changes what a payment says that has succeeded; absent where a provider has no such call. */
  readonly describePayment?: (
    connection: Connection,
    providerPaymentId: string,
    said: { readonly description: string; readonly metadata: Readonly<Record<string, string>> },
  ) => Promise<GatewayAnswer<null>>
  readonly refund: (connection: Connection, order: RefundOrder) => Promise<RefundOutcome>
  /** Null where refunds cannot be looked for. */
  readonly findRefund:
    | ((
        connection: Connection,
        query: { readonly refundId: string; readonly providerPaymentId: string },
      ) => Promise<GatewayAnswer<Found<ProviderRefund>>>)
    | null
  /** Verifies a delivery and splits it into its messages. */
  readonly openMessages: (
    connection: Connection,
    raw: RawDelivery,
    present: Present,
  ) => Promise<OpenedMessages>
  readonly readMessage: (message: InboundMessage) => MessageMeaning
  /** The mode that a message was sent in; null when it does not say. */
  readonly modeOf: (body: InboundMessage['body']) => ProviderMode | null
  /** Messages since an instant, oldest last, all pages. Null where a provider lists none. */
  readonly listMessages:
    | ((connection: Connection, from: Instant) => Promise<GatewayAnswer<readonly InboundMessage[]>>)
    | null
}

/** The part of a gateway that is about the account itself, its customers and their methods. */
export type AccountCalls = Pick<
  PaymentGateway,
  | 'check'
  | 'inbox'
  | 'createCustomer'
  | 'updateCustomer'
  | 'findCustomer'
  | 'listMethods'
  | 'readMethod'
  | 'makeDefaultMethod'
  | 'detachMethod'
>
