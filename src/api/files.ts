import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Context } from '../actions/context.ts'
import { plainFileName } from '../actions/documents/file-links.ts'
import { type OpenedFile, openFile } from '../actions/documents/open-file.ts'
import { readQuery } from './query.ts'
import { fileSchemas } from './schemas/files.ts'

type ByToken = { Params: { token: string; name: string } }

/** The files behind links. No key is asked for: the link is the permission (docs/api/documents.md). */
export function fileRoutes(app: FastifyInstance, context: Context): void {
  app.get<ByToken>('/files/:token/:name', { schema: fileSchemas.show }, async (request, reply) => {
    const file = await openFile(context, request.params.token)
    const etag = `"${file.sha256.toString('hex')}"`
    const { isSaved } = readQuery(request.query, (from) => ({ isSaved: from.boolean('download') ?? false }))
    describe(reply, file, { etag, now: context.systemNow(), isSaved })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    const part = partOf(request.headers.range, file.bytes.length)
    if (!part) return reply.send(file.bytes)
    if (part === 'none') {
      return reply.code(416).header('content-range', `bytes */${file.bytes.length}`).send()
    }
    const { from, to } = part
    void reply.code(206).header('content-range', `bytes ${from}-${to}/${file.bytes.length}`)
    return reply.send(file.bytes.subarray(from, to + 1))
  })
}

function describe(
  reply: FastifyReply,
  { fileName, expiresAt }: OpenedFile,
  { etag, now, isSaved }: { readonly etag: string; readonly now: number; readonly isSaved: boolean },
): void {
  const plain = plainFileName(fileName)
  const seconds = Math.max(0, Math.floor((expiresAt - now) / 1000))
  // XML is saved and never shown: a browser would run what is in it.
  const isXml = fileName.endsWith('.xml')
  void reply
    .type(isXml ? 'application/xml' : 'application/pdf')
    .header(
      'content-disposition',
      `${isXml || isSaved ? 'attachment' : 'inline'}; filename="${plain}"; filename*=UTF-8''${percentCoded(fileName)}`,
    )
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('cache-control', `private, max-age=${seconds}`)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('referrer-policy', 'no-referrer')
}

function percentCoded(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
}

/** One range of bytes; undefined for none or for a form that is not served, `none` for one beyond the end. */
function partOf(
  range: string | undefined,
  length: number,
): { readonly from: number; readonly to: number } | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? []
  if (first === '' && last === '') return undefined
  const from = first === '' ? Math.max(0, length - Number(last)) : Number(first)
  const to = first === '' || last === '' ? length - 1 : Math.min(Number(last), length - 1)
  return from > to ? 'none' : { from, to }
}
