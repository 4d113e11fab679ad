using System.Security.Cryptography;
using System.Text;

namespace AsyncStack.Hosting.Runtime.Probes;

/// <summary>The client's side of one SCRAM-SHA-256 login (RFC 5802, RFC 7677), without channel binding.</summary>
internal sealed class ScramClient(string password)
{
    private readonly string _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));

    private string FirstBare => $"n=,r={_nonce}";

    /// <summary>The first message.</summary>
    public string First() => $"n,,{FirstBare}";

    /// <summary>The final message, with the proof, in answer to the server's first.</summary>
    public string Final(string serverFirst)
    {
        var fields = serverFirst.Split(',').ToDictionary(field => field[0], field => field[2..]);
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            password.Normalize(NormalizationForm.FormKC), Convert.FromBase64String(fields['s']), int.Parse(fields['i']), HashAlgorithmName.SHA256, 32);
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var withoutProof = $"c=biws,r={fields['r']}";
        var signed = Encoding.UTF8.GetBytes($"{FirstBare},{serverFirst},{withoutProof}");
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), signed);
        var proof = clientKey.Zip(signature, (left, right) => (byte)(left ^ right)).ToArray();
        return $"{withoutProof},p={Convert.ToBase64String(proof)}";
    }
}
