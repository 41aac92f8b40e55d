/** A block of text that an invoice prints. */
export type CustomSection = {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly displayName: string | null
  readonly details: string | null
}

/** Everything that decides the sections of some invoices. */
export type SectionFacts<Section extends CustomSection = CustomSection> = {
  /** Customers and subscriptions that want no sections, by their ids. */
  readonly skipping: ReadonlySet<string>
  /** What billing entities, customers and subscriptions selected, by their ids. */
  readonly selected: ReadonlyMap<string, readonly Section[]>
}

/** What decides the sections of one invoice. */
export type SectionedInvoice = {
  readonly customer: { readonly id: string; readonly billingEntityId: string }
  readonly periods: readonly { readonly subscriptionId: string }[]
}

/**
 * The sections of an invoice, each once: those that its subscriptions selected (docs/rules/invoices.md#custom-sections).
 * A subscription without a selection takes the customer's, otherwise the billing entity's; one that skips adds none.
 */
export function sectionsOfInvoice(
  { customer, periods }: SectionedInvoice,
  facts: SectionFacts,
): readonly CustomSection[] {
  const inherited = sectionsOfCustomer(customer, facts)
  if (periods.length === 0) return inherited
  const sections = new Map<string, CustomSection>()
  for (const id of new Set(periods.map(({ subscriptionId }) => subscriptionId))) {
    if (facts.skipping.has(id)) continue
    for (const section of ownOf(id, facts) ?? inherited) sections.set(section.id, section)
  }
  return [...sections.values()]
}

/** The sections that a customer's invoices print unless something more specific decides. */
export function sectionsOfCustomer<Section extends CustomSection>(
  { id, billingEntityId }: SectionedInvoice['customer'],
  facts: SectionFacts<Section>,
): readonly Section[] {
  if (facts.skipping.has(id)) return []
  return ownOf(id, facts) ?? ownOf(billingEntityId, facts) ?? []
}

function ownOf<Section extends CustomSection>(
  id: string,
  { selected }: SectionFacts<Section>,
): readonly Section[] | undefined {
  const own = selected.get(id)
  return own && own.length > 0 ? own : undefined
}
