import { parentPort } from 'node:worker_threads'
import type { RenderOrder } from '../core/documents/rendering.ts'
import { renderDocument } from '../documents/render-document.ts'
import type { RenderAnswer } from './document-threads.ts'
import { yieldToAll } from './thread-priority.ts'

// The body of a thread that renders documents; see document-threads.ts.
yieldToAll()
parentPort?.on('message', (order: RenderOrder) => {
  renderDocument(order).then(
    (rendered) => {
      // A copy of its own, which can be handed over without copying it again.
      const bytes = new Uint8Array(rendered.bytes)
      const answer: RenderAnswer = { ok: true, rendered: { ...rendered, bytes } }
      parentPort?.postMessage(answer, [bytes.buffer])
    },
    (error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      parentPort?.postMessage({ ok: false, message } satisfies RenderAnswer)
    },
  )
})
