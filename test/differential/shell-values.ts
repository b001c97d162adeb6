/**
 * Values that the shell takes apart where they stand in a command as they are: DVC pastes them so, Ferment quotes them.
 * Whatever a command prints for one of them, no other value makes it print.
 */
export const SHELL_VALUES: readonly string[] = ['p  q', "v'w", 'x;y', '$unset z', 'm&&n', '(k'];
