using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AsyncStack.Core.Encryption;

/// <summary>
/// Encrypts single fields of rows by AES-256-GCM: <c>enc:v1:KEY-ID:</c> and base64url of nonce, ciphertext and tag. The row is the
/// associated data, so that a field copied to another row is refused. Without keys fields stay as they are; plain ones are read in any case.
/// </summary>
public sealed class FieldCipher
{
    private const string Scheme = "enc:v1:";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly Dictionary<string, EncryptionKey> _keys;
    private readonly EncryptionKey? _current;

    /// <summary>Takes the keys as they are at the start.</summary>
    public FieldCipher(IOptions<EncryptionOptions> options)
    {
        // The options' own check has seen that every key can be read.
        _keys = options.Value.Keys.ToDictionary(k => k.Key, k => EncryptionKey.Parse(k.Key, k.Value)!, StringComparer.OrdinalIgnoreCase);
        _current = options.Value.CurrentKey is { Length: > 0 } id ? _keys[id] : _keys.Values.SingleOrDefault();
    }

    /// <summary>What fields begin with that the current key has encrypted; null when there is none.</summary>
    public string? CurrentPrefix => _current is null ? null : $"{Scheme}{_current.Id}:";

    /// <summary>The field as it is to be stored.</summary>
    /// <param name="value">The field.</param>
    /// <param name="row">The table and the row's key.</param>
    public string Encrypt(string value, string row)
    {
        if (_current is null)
        {
            return value;
        }

        var plain = Encoding.UTF8.GetBytes(value);
        var sealedBytes = new byte[NonceBytes + plain.Length + TagBytes];
        var nonce = sealedBytes.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_current.Value, TagBytes);
        cipher.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length), Encoding.UTF8.GetBytes(row));
        return CurrentPrefix + Base64Url.EncodeToString(sealedBytes);
    }

    /// <summary>The field that was stored, also when it is plain.</summary>
    /// <param name="stored">As it is in the row.</param>
    /// <param name="row">The table and the row's key.</param>
    /// <exception cref="DecryptionException">The key is not there, or the field was changed or is another row's.</exception>
    public string Decrypt(string stored, string row)
    {
        if (!stored.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return stored;
        }

        if (!TrySplit(stored, out var id, out var sealedBytes))
        {
            throw new DecryptionException($"{row} is encrypted and damaged: restore it, or give it a new value.");
        }

        var key = _keys.GetValueOrDefault(id)
            ?? throw new DecryptionException($"{row} is encrypted with the key '{id}', which is not there: set Encryption:Keys:{id}.");
        var plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(key.Value, TagBytes);
        try
        {
            cipher.Decrypt(
                sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes, plain.Length), sealedBytes.AsSpan(NonceBytes + plain.Length),
                plain, Encoding.UTF8.GetBytes(row));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new DecryptionException($"{row} cannot be decrypted: Encryption:Keys:{id} is another key than it was encrypted with, or the field was changed or is another row's.");
        }

        return Encoding.UTF8.GetString(plain);
    }

    private static bool TrySplit(string stored, [NotNullWhen(true)] out string? id, [NotNullWhen(true)] out byte[]? sealedBytes)
    {
        (id, sealedBytes) = (null, null);
        var parts = stored[Scheme.Length..].Split(':');
        if (parts is not [var key, var text] || !Base64Url.IsValid(text, out var length) || length < NonceBytes + TagBytes)
        {
            return false;
        }

        (id, sealedBytes) = (key, Base64Url.DecodeFromChars(text));
        return true;
    }
}

/// <summary>A field cannot be decrypted; the message names row, key and remedy.</summary>
public sealed class DecryptionException(string message) : Exception(message);
