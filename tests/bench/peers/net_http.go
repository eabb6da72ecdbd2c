// A peer: Go's net/http and encoding/json with plain loops, as one would write it for this. One
// sample, two layers, relu, mse.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
)

type request struct {
	Network struct {
		W1, W2 [][]float64
		B1, B2 []float64
	}
	Samples []struct{ X, Y []float64 }
	Include *[]string
}

type reply struct {
	Loss     float64     `json:"loss"`
	Z1       []float64   `json:"z1,omitempty"`
	H        []float64   `json:"h,omitempty"`
	YHat     []float64   `json:"y_hat,omitempty"`
	DLdY     []float64   `json:"dL_dy,omitempty"`
	DLdW2    [][]float64 `json:"dL_dW2"`
	DLdB2    []float64   `json:"dL_db2"`
	DLdH     []float64   `json:"dL_dh,omitempty"`
	ReluGrad []float64   `json:"relu_grad,omitempty"`
	DLdZ1    []float64   `json:"dL_dz1,omitempty"`
	DLdW1    [][]float64 `json:"dL_dW1"`
	DLdB1    []float64   `json:"dL_db1"`
}

// affine is x W + b.
func affine(x []float64, w [][]float64, b []float64) []float64 {
	z := append([]float64(nil), b...)
	for i, row := range w {
		for j, value := range row {
			z[j] += x[i] * value
		}
	}
	return z
}

func outer(x, dz []float64) [][]float64 {
	rows := make([][]float64, len(x))
	for i := range x {
		rows[i] = make([]float64, len(dz))
		for j := range dz {
			rows[i][j] = x[i] * dz[j]
		}
	}
	return rows
}

func backward(in *request) *reply {
	network, x, y := &in.Network, in.Samples[0].X, in.Samples[0].Y
	z1 := affine(x, network.W1, network.B1)
	h, reluGrad := make([]float64, len(z1)), make([]float64, len(z1))
	for j := range z1 {
		z1[j] = math.Round(z1[j]*1e10) / 1e10
		if z1[j] > 0 {
			h[j], reluGrad[j] = z1[j], 1
		}
	}
	yHat := affine(h, network.W2, network.B2)
	loss, dy := 0.0, make([]float64, len(y))
	for j := range y {
		e := yHat[j] - y[j]
		loss += e * e / float64(len(y))
		dy[j] = 2 / float64(len(y)) * e
	}
	dh, dz1 := make([]float64, len(h)), make([]float64, len(h))
	for i, row := range network.W2 {
		for j, value := range row {
			dh[i] += value * dy[j]
		}
		dz1[i] = dh[i] * reluGrad[i]
	}
	out := &reply{Loss: loss, DLdW2: outer(h, dy), DLdB2: dy, DLdW1: outer(x, dz1), DLdB1: dz1}
	if in.Include == nil {
		out.Z1, out.H, out.YHat, out.DLdY, out.DLdH, out.ReluGrad, out.DLdZ1 = z1, h, yHat, dy, dh, reluGrad, dz1
	}
	return out
}

func handle(w http.ResponseWriter, r *http.Request) {
	var in request
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	text, _ := json.Marshal(backward(&in))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}

func main() {
	http.HandleFunc("/backward", handle)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("peer listening on http://%s\n", listener.Addr())
	panic(http.Serve(listener, nil))
}
