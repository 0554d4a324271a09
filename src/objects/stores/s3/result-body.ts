import { S3Failure } from "./failure.ts";
import type { WireResponse } from "./transport.ts";
import { xmlText } from "./xml.ts";

/**
 * S3 answers a copy or a completion with 200 before it is done, and says in the body how it ended.
 *
 * @throws S3Failure unless the body is that result, with an ETag
 */
export function mustBeResult(element: string): (response: WireResponse) => void {
  return (response) => {
    if (response.status >= 300) return;
    const document = response.body.toString("utf8");
    if (document.includes(`</${element}>`) && xmlText(document, "ETag") !== undefined) return;
    const code = xmlText(document, "Code");
    throw new S3Failure(200, code ?? "BAD_DOCUMENT", xmlText(document, "Message") ?? "the answer has no result", { headers: response.headers, document });
  };
}
