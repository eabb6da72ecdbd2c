// What orval lets its functions call: where the service is, and how a reply is read.
export const service = {url: ''};

export async function fetcher<T>(path: string, options: RequestInit): Promise<T> {
  const reply = await fetch(service.url + path, options);
  const text = await reply.text();
  const data: unknown = reply.headers.get('content-type')?.endsWith('json') ? JSON.parse(text) : text;
  return {data, status: reply.status, headers: reply.headers} as T;
}
