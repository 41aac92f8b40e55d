import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { DAY_MS, instant } from '../../core/calendar/instant.ts'
import { notFound } from '../../core/refusal.ts'
import { balanceHistory, emptyAt, LOOK_BACK_DAYS } from '../../core/wallets/balance-history.ts'
import { newestMovements, spentSince } from '../../store/wallet-transactions.ts'
import { findWallet, walletViews } from '../../store/wallets.ts'
import { toWireBalanceHistory } from '../../wire/wallets.ts'
import { BalanceHistory } from '../schemas/wallets.ts'
import { type OfWallet, walletOfPath } from '../wallet-paths.ts'

/** A picture shows no more points than this; older movements are left out. */
const MOVEMENTS_MAX = 500

/** What a wallet held over time and how long it lasts, under /api/weir/v1 (docs/rules/wallets.md#the-forecast). */
export function walletBalancesRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfWallet>(
    '/wallets/:id/balance_history',
    {
      config: { resource: 'wallet' },
      schema: {
        tags: ['wallets'],
        summary: 'What a wallet held after each transaction, and when it will be empty',
        params: Type.Object({ id: Type.String() }),
        response: { 200: BalanceHistory },
      },
    },
    async (request) =>
      context.database.read(request.caller, async (reads) => {
        const { now } = request.caller
        const row = await findWallet(reads, await walletOfPath(reads, request))
        const [wallet] = row ? await walletViews(reads, [row], now) : []
        if (!wallet) throw notFound('wallet')
        const since = instant(now - Number(LOOK_BACK_DAYS) * DAY_MS)
        const points = balanceHistory(
          wallet.balanceCents,
          await newestMovements(reads, wallet.id, MOVEMENTS_MAX),
        )
        const spentCents = await spentSince(reads, wallet.id, since)
        const isActive = wallet.status === 'active'
        const end = isActive ? emptyAt(wallet.ongoingBalanceCents, spentCents, now) : null
        return { balance_history: toWireBalanceHistory(wallet, points, spentCents, end) }
      }),
  )
}
