import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { onSignedOut } from './api/client.ts'
import { makeQueryClient } from './api/queries.ts'
import { goToSignIn } from './parts/leave.ts'
import { makeRouter } from './router.tsx'
import './styles/tokens.css'
import './styles/base.css'
import './styles/parts.css'
import './styles/forms.css'
import './styles/entry.css'
import './styles/shell.css'
import './styles/pages.css'
import './styles/money.css'

const client = makeQueryClient()
const router = makeRouter(client)

// Whoever has signed in again comes back to the same address.
onSignedOut(() => {
  const { pathname, searchStr } = router.state.location
  // An invitation is read with a session or without one.
  if (!pathname.startsWith('/invitation')) goToSignIn(pathname + searchStr)
})

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
