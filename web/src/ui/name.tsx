/** A name or another short text that somebody chose: in its own direction, and without a hold on its surroundings. */
export function Name({ children }: { readonly children: string }) {
  return (
    <bdi className="name" dir="auto">
      {children}
    </bdi>
  );
}
