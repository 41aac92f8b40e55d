-- API keys are managed over the API. A key that may change its organization's settings may do that too.
update api_keys set permissions = permissions || '{"api_key": ["read", "write"]}'
where permissions -> 'organization' ? 'write' and not permissions ? 'api_key';
