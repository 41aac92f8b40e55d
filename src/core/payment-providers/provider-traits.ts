import type { Fields } from '../input/fields.ts'
import type { ProviderMode } from '../payments/gateway.ts'

/** What a type of connection has of its own: read from a request, with the mode that its secrets are for. */
export type TypeSettings = {
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string>>
  /** Undefined when nothing in the request tells it. */
  readonly mode: ProviderMode | undefined
}

/** A setting that a type of connection has beside those of all types. */
export type ProviderField = {
  readonly name: string
  /** A secret is shown by its end. A flag that was never given is false. */
  readonly kind: 'secret' | 'text' | 'flag'
  /** Written and never shown. */
  readonly isHidden?: boolean
  /** For the description of the API. */
  readonly says?: string
}

/** Methods that customers may be offered, where a connection has a choice. */
export type MethodTypes = {
  readonly all: readonly string[]
  /** Those that can be stored, to be charged later. */
  readonly stored: readonly string[]
  /** What a customer is offered without a choice. */
  readonly standard: readonly string[]
}

const MODES: readonly ProviderMode[] = ['test', 'live']

/** The field that names the mode of a connection whose secrets do not tell it. */
export const MODE_FIELD: ProviderField = {
  name: 'mode',
  kind: 'text',
  isHidden: true,
  says: 'test or live, for secrets that do not tell; test without it.',
}

/** Reads the mode of a new connection; a connection stays in its mode. */
export function readMode(fields: Fields, isNew: boolean): ProviderMode | undefined {
  const named = fields.word('mode', MODES) ?? undefined
  return isNew ? (named ?? 'test') : named
}

/** Reads a secret of a given form: mandatory in a new connection, and kept as it is in a change without it. */
export function readSecret(fields: Fields, isNew: boolean, name: string, form: RegExp): string | undefined {
  const given = isNew ? fields.mandatoryText(name) : fields.presentText(name)
  if (given === undefined || form.test(given)) return given
  return fields.refuse(name, 'value_is_invalid')
}

/** A secret that is made here, shown once, and pasted at the provider with the address of its messages. */
export type GeneratedSecret = {
  readonly field: string
  readonly alphabet: string
  readonly length: number
}

/**
 * What is particular about a type of provider, outside of its own API, which is src/gateways. Each type is a constant
 * beside this file and a line in provider-types.ts.
 */
export type ProviderTraits = {
  /** As its customers know it. */
  readonly name: string
  /** Where its pages lead back to when a connection names no address. */
  readonly home: string
  readonly fields: readonly ProviderField[]
  /** The secrets that open the account; any other belongs to its messages. */
  readonly credentials: readonly string[]
  /** Reads the fields of a new connection, or of a change of one; refuses what is wrong. */
  readonly read: (fields: Fields, isNew: boolean) => TypeSettings
  /** Null where messages are asked for through the API, or signed with a secret of the provider. */
  readonly generated: GeneratedSecret | null
  /** What it wants to read when its messages are stored, where the status alone is not enough. */
  readonly acknowledgement?: string
  /** Null where the provider alone decides. */
  readonly methodTypes: MethodTypes | null
  /** Whether an invoice can be paid on a page of the provider. */
  readonly hasPaymentPages: boolean
  /** Whether payments that are under way end with the method that they are made with. */
  readonly methodsHoldPayments: boolean
  /** Whether its pages may lead back to an app, by an address of a scheme of its own. */
  readonly returnsToApps: boolean
  /** How long a key protects from a second payment or refund, with time to spare. */
  readonly replayWithinMs: number
  /** How many hours a payment without a known outcome is looked for before somebody has to find out. */
  readonly reviewAfterHours: number
  /** It only has pages: nobody is charged by itself, and customers are not known there. */
  readonly isPageOnly?: true
  /** What is given back is given back by hand. */
  readonly hasNoRefunds?: true
  /** How long a page can be paid on; a day where it says nothing. */
  readonly pageLivesMs?: number
}

/** A day, less a minute: Stripe takes no page that lives longer. */
const PAGE_LIVES_MS = 24 * 3_600_000 - 60_000

/** How long a page of a type of provider can be paid on. */
export function pageLifeOf({ pageLivesMs }: ProviderTraits): number {
  return pageLivesMs ?? PAGE_LIVES_MS
}
