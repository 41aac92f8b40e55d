import { GroupedMap } from './grouped-map.ts'

/** What a bank says to a card. `slow`: it says so later; `needs_holder`: it wants an authentication. */
export type CardKind = 'ok' | 'declined' | 'no_money' | 'fraud' | 'needs_holder' | 'slow' | 'part'
export type FakeAmount = { readonly value: number; readonly currency: string }
export type FakeCard = {
  readonly id: string
  readonly shopperReference: string
  readonly kind: CardKind
  readonly brand: string
  readonly lastFour: string
  readonly expiryMonth: string
  readonly expiryYear: string
  readonly holderName: string
  readonly type: 'scheme'
}
export type FakeAuthorisation = {
  readonly pspReference: string
  readonly reference: string
  readonly amount: FakeAmount
  readonly metadata: Readonly<Record<string, string>>
  readonly cardId: string | null
  status: 'authorised' | 'refused' | 'waiting' | 'cancelled' | 'capture_failed'
  isDisputed: boolean
}
export type FakeRefund = {
  readonly pspReference: string
  readonly payment: string
  readonly reference: string
  readonly amount: FakeAmount
  status: 'received' | 'done' | 'failed'
}
export type FakeLink = {
  readonly id: string
  readonly url: string
  readonly amount: FakeAmount
  readonly reference: string
  readonly shopperReference: string
  readonly stores: boolean
  readonly metadata: Readonly<Record<string, string>>
  readonly expiresAt: string
  status: 'active' | 'completed' | 'expired' | 'paymentPending'
  updatedAt: string
}
/** An item of a delivery, as it is before it is signed. */
export type FakeItem = {
  readonly eventCode: string
  readonly pspReference: string
  readonly originalReference?: string
  readonly merchantAccountCode: string
  readonly merchantReference: string
  readonly amount: FakeAmount
  readonly success: 'true' | 'false'
  readonly reason: string
  readonly eventDate: string
  readonly additionalData: Readonly<Record<string, string>>
}
/** A message of the webhook of stored methods. */
export type FakeTokenNews = {
  readonly type: string
  readonly createdAt: string
  readonly environment: 'test'
  readonly data: Readonly<Record<string, string>>
}

const REFUSALS: Readonly<Partial<Record<CardKind, { readonly code: string; readonly words: string }>>> = {
  declined: { code: '2', words: 'Refused' },
  no_money: { code: '12', words: 'Not enough balance' },
  fraud: { code: '20', words: 'FRAUD' },
  needs_holder: { code: '38', words: 'Authentication required' },
}

/** What an account at Adyen holds, and what happens in it without a request of ours: shoppers, banks and time. */
export class AdyenState {
  readonly merchantAccount = 'WeirTest'
  readonly cards = new GroupedMap<FakeCard>(({ shopperReference }) => shopperReference)
  readonly payments = new GroupedMap<FakeAuthorisation>(({ reference }) => reference)
  readonly refunds = new GroupedMap<FakeRefund>(({ payment }) => payment)
  readonly links = new Map<string, FakeLink>()
  /** Where messages go, and what signs them, as somebody has pasted it. */
  endpoint: { readonly url: string; readonly hmacKey: string; readonly tokenHmacKey: string } | null = null
  private readonly items: FakeItem[] = []
  private readonly tokenNews: FakeTokenNews[] = []
  private readonly revoked = new Set<string>()
  private count = 0

  id(prefix: string): string {
    this.count += 1
    return `${prefix}${String(this.count).padStart(16 - prefix.length, '0')}`
  }

  revoke(key: string, isRevoked = true): void {
    if (isRevoked) this.revoked.add(key)
    else this.revoked.delete(key)
  }

  isRevoked(key: string): boolean {
    return key === '' || this.revoked.has(key)
  }

  /** A card is stored, as a shopper leaves one on a page. */
  storeCard(shopperReference: string, kind: CardKind = 'ok'): FakeCard {
    const card: FakeCard = {
      id: this.id('TOKEN'),
      shopperReference,
      kind,
      brand: 'visa',
      lastFour: '1111',
      expiryMonth: '03',
      expiryYear: '2030',
      holderName: 'S. Hopper',
      type: 'scheme',
    }
    this.cards.set(card.id, card)
    return card
  }

  /** A shopper fills in a page on which nothing is paid, or is refused there. */
  fillIn(link: FakeLink, kind: CardKind = 'ok', isTaken = true): FakeCard | null {
    const card = isTaken ? this.storeCard(link.shopperReference, kind) : null
    if (isTaken) this.complete(link)
    this.tell({
      eventCode: 'AUTHORISATION',
      pspReference: this.id('P'),
      merchantReference: link.reference,
      amount: link.amount,
      success: isTaken,
      reason: isTaken ? '' : 'Expired Card',
      additionalData: card ? storedData(card) : {},
    })
    return card
  }

  /** The same for a shopper without a page. */
  addCard(shopperReference: string, kind: CardKind = 'ok'): FakeCard {
    const card = this.storeCard(shopperReference, kind)
    this.tell({
      eventCode: 'AUTHORISATION',
      pspReference: this.id('P'),
      merchantReference: `authorization customer ${shopperReference}`,
      amount: { value: 0, currency: 'EUR' },
      success: true,
      additionalData: storedData(card),
    })
    return card
  }

  tellToken(card: FakeCard, event: 'created' | 'updated' | 'disabled'): void {
    if (event === 'disabled') this.cards.delete(card.id)
    this.tokenNews.push({
      type: `recurring.token.${event}`,
      createdAt: new Date().toISOString(),
      environment: 'test',
      data: {
        merchantAccount: this.merchantAccount,
        storedPaymentMethodId: card.id,
        shopperReference: card.shopperReference,
        type: 'visa',
        operation: event,
      },
    })
  }

  /** A payment with a stored card: what the bank says at once. */
  authorise(
    order: Pick<FakeAuthorisation, 'reference' | 'amount' | 'metadata'>,
    card: FakeCard | null,
    isTaken = true,
  ): { readonly payment: FakeAuthorisation; readonly refusal?: { code: string; words: string } } {
    const refusal = card ? REFUSALS[card.kind] : isTaken ? undefined : REFUSALS.declined
    const isSlow = card?.kind === 'slow'
    const payment: FakeAuthorisation = {
      ...order,
      pspReference: this.id('P'),
      cardId: card?.id ?? null,
      status: refusal ? 'refused' : isSlow ? 'waiting' : card?.kind === 'part' ? 'waiting' : 'authorised',
      isDisputed: false,
    }
    this.payments.set(payment.pspReference, payment)
    if (payment.status !== 'waiting') this.tellAuthorisation(payment, refusal?.words ?? '', card)
    return refusal ? { payment, refusal } : { payment }
  }

  /** A bank that took its time has decided. */
  decide(payment: FakeAuthorisation, isTaken: boolean): void {
    payment.status = isTaken ? 'authorised' : 'refused'
    this.tellAuthorisation(payment, isTaken ? '' : 'Refused', null)
  }

  private tellAuthorisation(payment: FakeAuthorisation, reason: string, card: FakeCard | null): void {
    const metadata = Object.entries(payment.metadata).map(([name, value]) => [`metadata.${name}`, value])
    this.tell({
      eventCode: 'AUTHORISATION',
      pspReference: payment.pspReference,
      merchantReference: payment.reference,
      amount: payment.amount,
      success: payment.status === 'authorised',
      reason,
      additionalData: { ...Object.fromEntries(metadata), ...(card ? storedData(card) : {}) },
    })
  }

  /** Somebody pays on a page, or is refused there. A page that keeps the card tells of it with the payment. */
  pay(link: FakeLink, isTaken = true): FakeAuthorisation {
    if (isTaken) this.complete(link)
    const { reference, amount, metadata } = link
    const card = isTaken && link.stores ? this.storeCard(link.shopperReference) : null
    return this.authorise({ reference, amount, metadata }, card, isTaken).payment
  }

  private complete(link: FakeLink): void {
    link.status = 'completed'
    link.updatedAt = new Date().toISOString()
  }

  /** An authorised payment is given up. Whether there was one is told by a message. */
  cancel(payment: FakeAuthorisation | undefined, reference: string): void {
    const isOpen = payment?.status === 'authorised' || payment?.status === 'waiting'
    if (payment && isOpen) payment.status = 'cancelled'
    this.tell({
      eventCode: 'CANCELLATION',
      pspReference: this.id('X'),
      ...(payment ? { originalReference: payment.pspReference } : {}),
      merchantReference: reference,
      amount: payment?.amount ?? { value: 0, currency: 'EUR' },
      success: isOpen,
      reason: isOpen ? '' : "Transaction hasn't been found",
    })
  }

  failCapture(payment: FakeAuthorisation): void {
    payment.status = 'capture_failed'
    this.tellOf(payment, 'CAPTURE_FAILED', 'Capture Failed')
  }

  /** A dispute has an id of its own; the payment is its original. */
  dispute(payment: FakeAuthorisation, eventCode: string, disputeStatus: string | null, id: string): void {
    payment.isDisputed = eventCode !== 'CHARGEBACK_REVERSED' && eventCode !== 'PREARBITRATION_WON'
    this.tellOf(payment, eventCode, 'Fraudulent', id, disputeStatus === null ? {} : { disputeStatus })
  }

  tellRefund(refund: FakeRefund, eventCode: string, isDone: boolean): void {
    refund.status = isDone ? 'done' : 'failed'
    this.tell({
      eventCode,
      pspReference: refund.pspReference,
      originalReference: refund.payment,
      merchantReference: refund.reference,
      amount: refund.amount,
      success: isDone || eventCode !== 'REFUND',
    })
  }

  private tellOf(
    payment: FakeAuthorisation,
    eventCode: string,
    reason: string,
    pspReference = this.id('M'),
    additionalData: Readonly<Record<string, string>> = {},
  ): void {
    this.tell({
      eventCode,
      pspReference,
      originalReference: payment.pspReference,
      merchantReference: payment.reference,
      amount: payment.amount,
      success: true,
      reason,
      additionalData,
    })
  }

  tell(
    news: Pick<FakeItem, 'eventCode' | 'pspReference' | 'merchantReference' | 'amount'> & {
      readonly originalReference?: string
      readonly success: boolean
      readonly merchantAccountCode?: string
      readonly reason?: string
      readonly additionalData?: Readonly<Record<string, string>>
    },
  ): void {
    const { success, reason = '', additionalData = {}, ...others } = news
    this.items.push({
      merchantAccountCode: this.merchantAccount,
      ...others,
      success: success ? 'true' : 'false',
      reason,
      eventDate: new Date().toISOString(),
      additionalData,
    })
  }

  takeItems(): FakeItem[] {
    return this.items.splice(0)
  }

  takeTokenNews(): FakeTokenNews[] {
    return this.tokenNews.splice(0)
  }

  /** Payments whose money has come, the disputed ones too. */
  captures(): FakeAuthorisation[] {
    return [...this.payments.values()].filter(({ status }) => status === 'authorised')
  }

  refundedOf(pspReference: string): number {
    return this.refunds
      .of(pspReference)
      .filter(({ status }) => status !== 'failed')
      .reduce((sum, { amount }) => sum + amount.value, 0)
  }
}

function storedData(card: FakeCard): Readonly<Record<string, string>> {
  return {
    'recurring.recurringDetailReference': card.id,
    'recurring.shopperReference': card.shopperReference,
  }
}
