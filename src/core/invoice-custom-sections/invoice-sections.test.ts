import { describe, expect, it } from 'vitest'
import { type CustomSection, type SectionFacts, sectionsOfInvoice } from './invoice-sections.ts'

const section = (id: string): CustomSection => ({ id, code: id, name: id, displayName: null, details: null })
const CUSTOMER = { id: 'customer', billingEntityId: 'entity' }

/** The ids of the sections of an invoice of these subscriptions. */
function idsOf(
  subscriptions: readonly string[],
  selected: Readonly<Record<string, readonly string[]>>,
  skipping: readonly string[] = [],
): readonly string[] {
  const facts: SectionFacts = {
    skipping: new Set(skipping),
    selected: new Map(Object.entries(selected).map(([owner, ids]) => [owner, ids.map(section)])),
  }
  const periods = subscriptions.map((subscriptionId) => ({ subscriptionId }))
  return sectionsOfInvoice({ customer: CUSTOMER, periods }, facts).map(({ id }) => id)
}

describe('sectionsOfInvoice', () => {
  it.each([
    ['the entity’s', ['s'], { entity: ['e'] }, [], ['e']],
    ['the customer’s before the entity’s', ['s'], { entity: ['e'], customer: ['c'] }, [], ['c']],
    ['the subscription’s before both', ['s'], { entity: ['e'], customer: ['c'], s: ['x'] }, [], ['x']],
    ['an empty selection inherits', ['s'], { entity: ['e'], customer: [], s: [] }, [], ['e']],
    ['none when the customer skips', ['s'], { entity: ['e'], customer: ['c'] }, ['customer'], []],
    [
      'the subscription’s although the customer skips',
      ['s'],
      { entity: ['e'], s: ['x'] },
      ['customer'],
      ['x'],
    ],
    ['none when the subscription skips', ['s'], { entity: ['e'], s: ['x'] }, ['s'], []],
    ['the union of several, each once', ['s', 't'], { s: ['x', 'y'], t: ['y', 'z'] }, [], ['x', 'y', 'z']],
    ['one inherits, one has its own', ['s', 't'], { entity: ['e'], t: ['x'] }, [], ['e', 'x']],
    ['one skips, one inherits', ['s', 't'], { entity: ['e'] }, ['s'], ['e']],
    ['none when all skip', ['s', 't'], { entity: ['e'] }, ['s', 't'], []],
    ['the customer’s without a subscription', [], { entity: ['e'], customer: ['c'] }, [], ['c']],
    ['none', ['s'], {}, [], []],
  ])('%s', (_name, subscriptions, selected, skipping, expected) => {
    expect(idsOf(subscriptions, selected as Record<string, string[]>, skipping)).toEqual(expected)
  })
})
