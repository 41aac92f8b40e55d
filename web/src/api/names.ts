import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { queryOf, send } from './client.ts'
import { OWN_API } from './queries.ts'
import { useOrganization } from './session.ts'

const KINDS = {
  customers: 'customer',
  subscriptions: 'subscription',
  plans: 'plan',
  billable_metrics: 'billable_metric',
  add_ons: 'add_on',
  billing_entities: 'billing_entity',
} as const

export type Kind = keyof typeof KINDS
type Wanted = { readonly [kind in Kind]?: readonly (string | null | undefined)[] | undefined }

type Answer = {
  readonly names: readonly {
    readonly type: string
    readonly identifier: string
    readonly name: string
    readonly timezone: string | null
  }[]
}

/** An address must not be longer; what does not fit stays with its id. */
const QUERY_LENGTH_MAX = 6000

/** What something is called: its name, or its id or code until that is known and where there is none. */
export type NameOf = (kind: Kind, identifier: string) => string

/**
 * The names of the external ids and codes that a page shows, in one request for all of them. What the member may not
 * see has no name.
 */
export function useNames(wanted: Wanted): NameOf {
  const data = useAnswer(wanted)
  const known = new Map(data?.names.map(({ type, identifier, name }) => [`${type} ${identifier}`, name]))
  return (kind, identifier) => known.get(`${KINDS[kind]} ${identifier}`) ?? identifier
}

/** The time zones of the dates of customers, by external id, of the same request as their names. */
export function useZones(wanted: Wanted): ReadonlyMap<string, string> {
  const names = useAnswer(wanted)?.names ?? []
  return new Map(names.flatMap(({ identifier, timezone }) => (timezone ? [[identifier, timezone]] : [])))
}

function useAnswer(wanted: Wanted): Answer | undefined {
  const { slug } = useOrganization()
  const query = queryOf(askedOf(wanted))
  const { data } = useQuery({
    queryKey: [slug, 'names', query],
    queryFn: ({ signal }) => send<Answer>('GET', `${OWN_API}/names${query}`, undefined, signal),
    enabled: query !== '',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
  return data
}

function askedOf(wanted: Wanted): Readonly<Record<string, readonly string[]>> {
  let left = QUERY_LENGTH_MAX
  const fits = (kind: string, identifier: string) => {
    left -= kind.length + encodeURIComponent(identifier).length + 8
    return left > 0
  }
  return Object.fromEntries(
    Object.entries(wanted).map(([kind, identifiers]) => [
      kind,
      // In one order, so that the same names are asked for by the same address.
      [...new Set(identifiers)]
        .flatMap((each) => each || [])
        .sort()
        .filter((each) => fits(kind, each)),
    ]),
  )
}
