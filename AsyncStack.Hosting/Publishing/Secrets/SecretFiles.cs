using System.Text;

namespace AsyncStack.Hosting.Publishing.Secrets;

/// <summary>Secrets as files beside what is published, for those who install without Helm.</summary>
internal static class SecretFiles
{
    public const string Folder = "secrets";

    /// <summary>A script that makes the files that are missing, at random, and leaves the others.</summary>
    public static string Script(IReadOnlyList<PublishedSecret> secrets)
    {
        var text = new StringBuilder(
            $$"""
            #!/usr/bin/env bash
            # Makes the secrets that are missing, one a file; those that are there stay. Never commit them.
            set -euo pipefail
            cd "$(dirname "$0")"
            mkdir -p -m 700 {{Folder}}
            # Containers read the files as users of their own; nobody else gets into the folder.
            umask 022

            random() { # characters
              LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c "$1" || true
            }

            keep() { # file, value
              [ -s "{{Folder}}/$1" ] || printf '%s' "$2" >"{{Folder}}/$1"
            }


            """);
        foreach (var secret in secrets)
            text.Append($"keep {secret.Name} {(secret.Fixed is null ? $"\"$(random {secret.Length})\"" : secret.Fixed)}\n");
        return text.ToString();
    }
}
