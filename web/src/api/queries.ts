import {
  keepPreviousData,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { ApiProblem, type Method, queryOf, send } from './client.ts'
import { useOrganization } from './session.ts'
import type { PaginationMeta } from './types.ts'

export const API = '/api/v1'
/** Of what Lago has no routes for. */
export const OWN_API = '/api/weir/v1'

const isWorthRetrying = (error: unknown): boolean =>
  error instanceof ApiProblem && (error.status === 0 || error.status >= 502)

/** The cache of what was read. A refusal is not asked for again. */
export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { staleTime: 5_000, retry: (count, error) => count < 2 && isWorthRetrying(error) },
    },
  })

type Params = Parameters<typeof queryOf>[0]

type ReadOptions = { readonly enabled?: boolean; readonly every?: number }

/** `isKept`: what was read before, of another path, stays until the answer is there (`isPlaceholderData`). */
type OneOptions = ReadOptions & { readonly isKept?: boolean }

/** The body of a GET under /api/v1, or of an absolute path; read again `every` so many ms. */
export function useRead<T>(
  path: string,
  params: Params = {},
  options: ReadOptions = {},
): UseQueryResult<T, ApiProblem> {
  const { slug } = useOrganization()
  const url = `${path.startsWith('/api/') ? '' : API}${path}${queryOf(params)}`
  return useQuery<T, ApiProblem>({
    queryKey: [slug, url],
    queryFn: ({ signal }) => send<T>('GET', url, undefined, signal),
    enabled: options.enabled ?? true,
    ...(options.every ? { refetchInterval: options.every } : {}),
  })
}

/** One object: the answer's `key`. */
export function useOne<T>(
  path: string,
  key: string,
  options: OneOptions = {},
): UseQueryResult<T, ApiProblem> {
  const { slug } = useOrganization()
  const url = `${path.startsWith('/api/') ? '' : API}${path}`
  return useQuery<T, ApiProblem>({
    queryKey: [slug, url, key],
    queryFn: async ({ signal }) => (await send<Record<string, T>>('GET', url, undefined, signal))[key] as T,
    enabled: options.enabled ?? true,
    ...(options.every ? { refetchInterval: options.every } : {}),
    ...(options.isKept ? { placeholderData: keepPreviousData } : {}),
  })
}

/** What a POST that writes nothing answers under `key`, for a body. */
export function usePosted<T>(path: string, body: unknown, key: string): UseQueryResult<T, ApiProblem> {
  const { slug } = useOrganization()
  return useQuery<T, ApiProblem>({
    queryKey: [slug, path, JSON.stringify(body)],
    queryFn: async ({ signal }) => (await send<Record<string, T>>('POST', path, body, signal))[key] as T,
    retry: false,
  })
}

export type Page<T> = { readonly rows: readonly T[]; readonly meta: PaginationMeta }

const NO_META = { current_page: 1, next_page: null, prev_page: null, total_pages: 1 }

/** One page of a list; the rows of the page before stay until the next is there. */
export function useList<T>(
  path: string,
  key: string,
  params: Params = {},
  options: ReadOptions = {},
): UseQueryResult<Page<T>, ApiProblem> {
  const { slug } = useOrganization()
  const url = `${path.startsWith('/api/') ? '' : API}${path}${queryOf(params)}`
  return useQuery<Page<T>, ApiProblem>({
    queryKey: [slug, url, key],
    queryFn: async ({ signal }) => {
      const answer = await send<Record<string, unknown>>('GET', url, undefined, signal)
      const rows = answer[key] as readonly T[]
      const meta = (answer.meta as PaginationMeta | undefined) ?? { ...NO_META, total_count: rows.length }
      return { rows, meta }
    },
    placeholderData: keepPreviousData,
    enabled: options.enabled ?? true,
    ...(options.every ? { refetchInterval: options.every } : {}),
  })
}

export type Write = { readonly method: Method; readonly path: string; readonly body?: unknown }

/** A write; afterwards everything on screen is read again, because one write may change many objects. */
export function useWrite<T = unknown>(): UseMutationResult<T, ApiProblem, Write> {
  const client = useQueryClient()
  return useMutation<T, ApiProblem, Write>({
    mutationFn: ({ method, path, body }) =>
      send<T>(method, path.startsWith('/api/') ? path : `${API}${path}`, body),
    onSuccess: () => client.invalidateQueries(),
  })
}
