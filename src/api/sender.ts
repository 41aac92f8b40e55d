import { BlockList } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Sender } from '../actions/security-logs/sender.ts'

const USER_AGENT_LENGTH_MAX = 255
const ADDRESS_LENGTH_MAX = 45

/** Where a proxy in front of us would connect from. */
const PROXIES = new BlockList()
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  PROXIES.addSubnet(network, prefix, 'ipv4')
}
PROXIES.addAddress('::1', 'ipv6')
PROXIES.addSubnet('fc00::', 7, 'ipv6')
PROXIES.addSubnet('fe80::', 10, 'ipv6')

/**
 * Where a request came from. A forwarded address is believed only from a connection of the private network, and only
 * the last one, which the nearest proxy wrote: everything before it can be forged.
 */
export function senderOf(request: FastifyRequest): Sender {
  const socket = plainAddress(request.raw.socket.remoteAddress ?? 'unknown')
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim()
  const address = forwarded && isProxy(socket) ? plainAddress(forwarded) : socket
  return {
    ipAddress: address.slice(0, ADDRESS_LENGTH_MAX),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_LENGTH_MAX),
  }
}

/** An IPv4 address as such, also where the system shows it as one of IPv6. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}

function isProxy(address: string): boolean {
  return PROXIES.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}
