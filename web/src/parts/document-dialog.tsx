import { useQuery } from '@tanstack/react-query'
import { type ReactElement, useEffect } from 'react'
import { ApiProblem, send } from '../api/client.ts'
import { API } from '../api/queries.ts'
import { Dialog } from './dialog.tsx'
import { Failure, Skeleton } from './states.tsx'

const TRY_EVERY_MS = 700
const TRIES_MAX = 40

/** The address of the file below this server, wherever the API says that it is. */
export const ownPath = (url: string): string => new URL(url, location.origin).pathname

/** The document as a local address; waits until it is made. */
async function loadFile(find: () => Promise<string | null | undefined>): Promise<string> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const url = await find()
    if (url) {
      const file = await fetch(ownPath(url))
      if (file.ok) return URL.createObjectURL(await file.blob())
    }
    await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS))
  }
  throw new ApiProblem({ status: 504, code: null, request: 'PDF', message: 'The document is not ready yet.' })
}

/** Asks for the file of an invoice or a credit note: its address, or nothing while it is being made. */
export const fileBy =
  (path: string, root: string): (() => Promise<string | null | undefined>) =>
  async () => {
    type Answer = Readonly<Record<string, { readonly file_url?: string | null }>>
    const answer = await send<Answer | undefined>('POST', `${API}${path}/download`)
    return answer?.[root]?.file_url
  }

/** A PDF in the page. `version` changes with the document. */
export function DocumentDialog(props: {
  readonly title: string
  readonly version: string
  readonly find: () => Promise<string | null | undefined>
  readonly onClose: () => void
}): ReactElement {
  const { title, version, find, onClose } = props
  const query = useQuery<string, ApiProblem>({
    queryKey: ['pdf', version],
    queryFn: () => loadFile(find),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const url = query.data
  useEffect(() => () => void (url && URL.revokeObjectURL(url)), [url])
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      isWide
      actions={
        url && (
          <a className="button button-primary" href={url} download={`${title}.pdf`}>
            Download
          </a>
        )
      }
    >
      {url && <iframe className="pdf" src={url} title={title} />}
      {!url && query.error && <Failure problem={query.error} retry={() => void query.refetch()} />}
      {!url && !query.error && <Skeleton rows={8} label="The document is being made" />}
    </Dialog>
  )
}
