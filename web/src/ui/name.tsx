/** A name or another short text that a user chose, in its own direction: it does not change the direction of the text around it. */
export function Name({ children }: { readonly children: string }) {
  return (
    <bdi className="name" dir="auto">
      {children}
    </bdi>
  );
}
