import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'

type Middlewares = {
  use: (path: string, handle: (request: IncomingMessage, response: ServerResponse) => void) => void
}

async function sessionOf(server: string, key: string): Promise<object> {
  const answer = await fetch(`${server}/api/v1/organizations`, {
    headers: { authorization: `Bearer ${key}` },
  })
  const { organization } = (await answer.json()) as { organization: Record<string, unknown> }
  const clock = await fetch(`${server}/api/v1/test_clock`, { headers: { authorization: `Bearer ${key}` } })
  return {
    session: {
      user: { email: 'developer@localhost', name: 'Developer' },
      csrf_token: 'development',
      expires_at: null,
      memberships: [
        {
          organization: { ...organization, id: organization.lago_id, is_sandbox: clock.ok },
          roles: ['admin'],
          permissions: { all: true },
        },
      ],
    },
  }
}

/**
 * Development only, with WEIR_API_KEY: the session of somebody who may do everything in the key's organization, so
 * that pages can be worked on without signing in. The proxy puts in the key.
 */
export function devSession(server: string, key: string): Plugin {
  const answer = (middlewares: Middlewares): void => {
    middlewares.use('/api/weir/v1/session', (_request, response) => {
      void sessionOf(server, key).then((session) => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify(session))
      })
    })
  }
  return {
    name: 'weir-dev-session',
    configureServer: ({ middlewares }) => answer(middlewares as Middlewares),
    configurePreviewServer: ({ middlewares }) => answer(middlewares as Middlewares),
  }
}
