import { setTimeout as sleep } from 'node:timers/promises'
import { startStripe } from './stripe.ts'

// npm run fake-stripe: acts as Stripe on http://127.0.0.1:4010, or on the port that is given, for trying payments without
// an account. It sends its messages itself, and whoever is given a page pays on it, or leaves a card, within a second.

const PORT = 4010
const PAUSE_MS = 500

const stripe = await startStripe(1, Number(process.argv[2] ?? PORT))
console.log(`Acting as Stripe on ${stripe.url}. Start Weir with`)
console.log(`  WEIR_ALLOW_FAKE_PROVIDERS=1 WEIR_PROVIDER_HOSTS='{"stripe":"${stripe.url}"}' npm start`)

const opened = new Set<string>()
for (;;) {
  for (const session of stripe.state.sessions.values()) {
    if (opened.has(session.id)) continue
    opened.add(session.id)
    if (session.mode === 'setup') stripe.state.addMethod(session.customer)
    else stripe.state.pay(session.id)
    console.log(`${session.mode === 'setup' ? 'a card was left' : 'somebody paid'} on ${session.url}`)
  }
  for (const message of stripe.takeMessages()) {
    const { url, body, headers } = stripe.sign(message, Date.now())
    const answer = await fetch(url, { method: 'POST', headers, body }).catch((error: Error) => error)
    console.log(`${JSON.parse(body).type}: ${answer instanceof Error ? answer.message : answer.status}`)
  }
  await sleep(PAUSE_MS)
}
